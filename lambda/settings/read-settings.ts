import * as z from 'zod/mini';
import type { Definition, Reader } from './definition.ts';
import { nearMiss } from './near-miss.ts';
import { SETTINGS, type SettingName } from './settings.ts';
import { SettingsError } from './settings-error.ts';

/** Variables as in `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings from variables. Blank variables count as absent.
 *
 * @param variables `process.env` as a rule
 * @throws {SettingsError} with every fault at once, in the names of the variables
 * @example readSettings(process.env, 'wake') // { tableName: 'Payments', trackerName: 'shop', loopArn: 'arn:…' }
 */
export function readSettings<R extends Reader>(variables: Variables, ...readers: readonly R[]): Values<R> {
  const { values, faults } = checkVariables(variables, ...readers);
  if (faults.length > 0) throw new SettingsError(faults.map(({ text }) => text));
  return values;
}

/** Like {@link readSettings}, but returns the faults. */
export function checkVariables<R extends Reader>(
  variables: Variables,
  ...readers: readonly R[]
): CheckedSettings<R> {
  const set = new Map(
    Object.entries(variables).flatMap(([name, text]) => (text?.trim() ? [[name, text.trim()]] : [])),
  );
  const given: Record<string, unknown> = {};
  for (const [setting, { variable = '', format }] of DEFINITIONS) {
    const text = set.get(variable);
    if (text !== undefined) given[setting] = format.read(text);
  }
  const unknown = [...set.keys()].filter(
    (name) => !DEFINITIONS.some(([, { variable }]) => variable === name),
  );
  return check(given, readers, {
    nameOf: ({ variable = '' }) => variable,
    slipOf: ({ variable = '', aliases }) => nearMiss(variable, unknown, aliases),
  });
}

/** Checks the props of the construct. `undefined` counts as absent. Faults contain the names of the props. */
export function checkProps(given: Given): CheckedSettings<'props'> {
  return check(given, ['props'], { nameOf: ({ prop = '' }) => prop, slipOf: () => undefined });
}

/** The variables from which a reader reads these values. The values are not checked: they may be tokens of the CDK. */
export function variablesFor<R extends Reader>(reader: R, values: Values<R>): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [setting, { variable, format, readBy }] of DEFINITIONS) {
    const value = (values as Given)[setting];
    if (variable !== undefined && reader in readBy && value !== undefined)
      variables[variable] = format.write(value);
  }
  return variables;
}

/** Names of the variables that a reader reads. */
export function variableNames(reader: Reader): readonly string[] {
  return DEFINITIONS.flatMap(([, { variable, readBy }]) =>
    variable !== undefined && reader in readBy ? [variable] : [],
  );
}

/** Values by setting, not checked. */
export type Given = { readonly [N in SettingName]?: unknown };

/** Something wrong with a setting. */
export interface Fault {
  readonly setting: SettingName;
  /** One sentence that begins with the name of the setting. */
  readonly text: string;
}

export interface CheckedSettings<R extends Reader> {
  /** The values that passed their checks. All of them when there are no faults. */
  readonly values: Values<R>;
  readonly faults: readonly Fault[];
}

type Settings = typeof SETTINGS;

export type Value<N extends SettingName> = Readonly<z.output<Settings[N]['check']>>;

/** The settings that readers read. Those that are optional and have no default may be absent. */
export type Values<R extends Reader> = {
  readonly [N in NameReadBy<R> as IsPresent<N, R> extends true ? N : never]: Value<N>;
} & {
  readonly [N in NameReadBy<R> as IsPresent<N, R> extends true ? never : N]?: Value<N>;
};

type NameReadBy<R extends Reader> = {
  [N in SettingName]: R & keyof Settings[N]['readBy'] extends never ? never : N;
}[SettingName];

type IsPresent<N extends SettingName, R extends Reader> = Settings[N] extends { readonly default: unknown }
  ? true
  : 'required' extends Settings[N]['readBy'][R & keyof Settings[N]['readBy']]
    ? true
    : false;

const DEFINITIONS = Object.entries(SETTINGS) as readonly (readonly [SettingName, Definition])[];

interface Names {
  /** What faults call a setting. */
  nameOf(definition: Definition): string;
  /** The variable that is set by mistake instead of the absent one. */
  slipOf(definition: Definition): string | undefined;
}

function check<R extends Reader>(given: Given, readers: readonly R[], names: Names): CheckedSettings<R> {
  const faults: Fault[] = [];
  const values: Record<string, unknown> = {};
  for (const [setting, definition] of DEFINITIONS) {
    const needs = readers.map((reader) => definition.readBy[reader]).filter((need) => need !== undefined);
    if (needs.length === 0) continue;
    const value = given[setting] ?? definition.infer?.(given);
    if (value === undefined) {
      const text = faultOfAbsent(definition, needs.includes('required'), names);
      if (text !== undefined) faults.push({ setting, text });
      if (definition.default !== undefined) values[setting] = definition.default;
      continue;
    }
    const { success, data, error } = z.safeParse(definition.check, value);
    if (success) values[setting] = data;
    else {
      for (const text of faultsOfValue(value, error.issues, definition, names))
        faults.push({ setting, text });
    }
  }
  // The types cannot follow the table: a test reads every setting as each of its readers.
  return { values: values as Values<R>, faults };
}

function faultOfAbsent(definition: Definition, required: boolean, names: Names): string | undefined {
  const name = names.nameOf(definition);
  const slip = names.slipOf(definition);
  if (required && definition.default === undefined) {
    const meant = slip === undefined ? '' : ` (${slip} is set; did you mean ${name}?)`;
    return `${name} is missing: ${definition.missing}${meant}`;
  }
  return slip === undefined ? undefined : `${slip} is set, but ${name} is what is read`;
}

/** @param issues what zod found; their messages go on after the value */
function faultsOfValue(
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  { secret, ...definition }: Definition,
  names: Names,
): readonly string[] {
  return issues.map(({ path: [index], message }) => {
    const part = index === undefined ? value : (value as readonly unknown[])[Number(index)];
    const shown = secret ? '' : ` ${JSON.stringify(String(part).trim())}`;
    return `${names.nameOf(definition)}${shown} ${message}`;
  });
}
