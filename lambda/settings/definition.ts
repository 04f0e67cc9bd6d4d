import type * as z from 'zod/mini';
import { textLike, wholeNumber } from './checks.ts';

/** Where settings are read. */
export type Reader =
  /** The variables of the CDK app that `cdk deploy` runs. */
  | 'stack'
  /** The props of the construct. */
  | 'props'
  /** The Lambda functions. */
  | 'tick'
  | 'webhook'
  | 'notify'
  | 'post'
  | 'wake'
  /** The example bots, and everything else that needs all settings of a tracker. */
  | 'tracker'
  /** Commands that ask NocoDB. */
  | 'nocodbCommand'
  /** Commands that read the payments table. */
  | 'tableCommand'
  /** `npm start` with an existing NocoDB. */
  | 'start';

/** How a variable holds a value. */
export interface Format {
  /** Returns the text itself when it has another format: the check then refuses it. */
  read(text: string): unknown;
  write(value: unknown): string;
}

/** One setting. */
export interface Definition {
  /** Environment variable. @default - the setting is only a prop */
  readonly variable?: string;
  /** Path of the construct's prop. @default - the setting is only a variable */
  readonly prop?: string;
  readonly format: Format;
  readonly check: z.ZodMiniType;
  /** Value of the absent setting. */
  readonly default?: unknown;
  /** The value that other settings imply, used when the setting is absent. */
  readonly infer?: (given: Readonly<Record<string, unknown>>) => unknown;
  /** How to get a value. Completes the error about a missing setting. */
  readonly missing?: string;
  /** Other names that people use for the variable. */
  readonly aliases?: readonly string[];
  /** Whether the value is a secret, or contains one by mistake. No error shows it. @default false */
  readonly secret?: true;
  /** Who reads the setting, and whether it has to be set. */
  readonly readBy: Readonly<Partial<Record<Reader, 'required' | 'optional'>>>;
  /** Row in the README's table of settings. @default - people do not set the variable */
  readonly meaning?: string;
}

export const TEXT: Format = { read: (text) => text, write: String };

/** Texts, separated by commas. */
export const LIST: Format = {
  read: (text) => text.split(','),
  write: (values) => (values as readonly string[]).join(','),
};

/** `true` or `false`, in any case. */
export const FLAG: Format = {
  read: (text) => (/^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text),
  write: String,
};

const DECIMAL: Format = { read: (text) => (/^\d+$/.test(text) ? Number(text) : text), write: String };

/** The part of a definition for a text. @param form what the pattern allows: `the ARN of a state machine` */
export function text(pattern: RegExp, form: string) {
  return { format: TEXT, check: textLike(pattern, form), missing: `set it to ${form}` } as const;
}

/** The part of a definition for a whole number. */
export function number(limits: Parameters<typeof wholeNumber>[0]) {
  return { format: DECIMAL, check: wholeNumber(limits) } as const;
}

/**
 * The part of a definition for the name of an SSM parameter
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html). The leading `/` is a
 * rule of this package: together with `secret` it catches a secret that was entered instead of the name.
 */
export function parameterName(example: string, secret: string) {
  const form = `the name of an SSM parameter that begins with /, as in ${example} (never the ${secret} itself)`;
  return { ...text(/^(?:\/[A-Za-z0-9_.-]+)+$/, form), secret: true } as const;
}
