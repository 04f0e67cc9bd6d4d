import { nearMiss } from '../settings/near-miss.ts';
import { SettingsError } from '../settings/settings-error.ts';

/** Variables as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface TextRule {
  readonly pattern: RegExp;
  /** What would be right, for the fault: `the name of …`. */
  readonly form: string;
  /** Absent: the variable has to be set. */
  readonly fallback?: string;
  /** True: the value might be a secret put in the wrong place; no fault shows it. */
  readonly secret?: boolean;
}

export interface WholeNumberRule {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** What is counted: `seconds`. */
  readonly unit: string;
  /** Other names people use for the variable. */
  readonly aliases?: readonly string[];
}

/** Reads variables by rules and notes every fault, so that all of them can be reported together. */
export class VariableReader {
  readonly #variables: Variables;
  readonly #faults: string[];

  /** @param faults takes the faults found */
  constructor(variables: Variables, faults: string[]) {
    this.#variables = variables;
    this.#faults = faults;
  }

  /** A text of a given form. A faulty one is noted and returned as it is. */
  text(name: string, { pattern, form, fallback, secret = false }: TextRule): string {
    const value = this.#read(name) ?? fallback;
    if (value === undefined) {
      this.#faults.push(`${name} is missing: set it to ${form}`);
      return '';
    }
    if (!pattern.test(value)) {
      this.#faults.push(`${name}${secret ? '' : ` ${JSON.stringify(value)}`} is not ${form}`);
    }
    return value;
  }

  /** `true` or `false`, in any case; `false` when absent. */
  flag(name: string): boolean {
    const value = this.#read(name)?.toLowerCase() ?? 'false';
    if (value !== 'true' && value !== 'false') this.#faults.push(`${name} is neither true nor false`);
    return value === 'true';
  }

  /** A whole number within limits. A faulty one is noted, and the default returned. */
  wholeNumber(name: string, rule: WholeNumberRule): number {
    const { min, max, unit } = rule;
    const value = this.#read(name);
    if (value === undefined) {
      this.#noteSlip(name, rule.aliases);
      return rule.default;
    }
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.#faults.push(
      `${name} ${JSON.stringify(value)} is not a whole number of ${unit} from ${min} to ${max}`,
    );
    return rule.default;
  }

  /** Runs another parser of settings and notes its faults; `undefined` when it found any. */
  parse<T>(parser: (variables: Variables) => T): T | undefined {
    try {
      return parser(this.#variables);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      this.#faults.push(...error.faults);
      return undefined;
    }
  }

  #read(name: string): string | undefined {
    return this.#variables[name]?.trim() || undefined;
  }

  #noteSlip(name: string, aliases: readonly string[] = []): void {
    const set = Object.keys(this.#variables).filter((key) => key !== name && this.#read(key) !== undefined);
    const slip = nearMiss(name, set, aliases);
    if (slip !== undefined) this.#faults.push(`${slip} is set, but ${name} is what is read`);
  }
}
