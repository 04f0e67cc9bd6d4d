/** Settings that cannot work. Lists every fault at once, so that one correction round is enough. */
export class SettingsError extends Error {
  /** One sentence each, naming the setting and the form that works. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    const noun = faults.length === 1 ? '1 setting is' : `${faults.length} settings are`;
    super(`${noun} wrong:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = new.target.name;
    this.faults = faults;
  }
}
