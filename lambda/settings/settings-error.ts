/** Settings that cannot work. Lists every fault, so that all of them can be corrected together. */
export class SettingsError extends Error {
  /** One sentence each, with the name of the setting and the form that works. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    const noun = faults.length === 1 ? '1 setting is' : `${faults.length} settings are`;
    super(`${noun} wrong:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = new.target.name;
    this.faults = faults;
  }
}
