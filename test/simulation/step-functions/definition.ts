/** The part of Amazon States Language that the tick loop may use; {@link parseDefinition} refuses everything else. */
export interface Definition {
  readonly QueryLanguage: 'JSONata';
  readonly TimeoutSeconds: number;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export type State =
  | TaskState
  | ChoiceState
  | WaitState
  | PassState
  | FailState
  | { readonly Type: 'Succeed' };

export interface TaskState extends Assigning {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments: unknown;
  readonly TimeoutSeconds: number;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly (Assigning & { readonly ErrorEquals: readonly string[] })[];
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate?: number;
}

export interface ChoiceState {
  readonly Type: 'Choice';
  readonly Choices: readonly (Assigning & { readonly Condition: unknown })[];
  readonly Default: string;
}

export interface WaitState extends Assigning {
  readonly Type: 'Wait';
  readonly Timestamp?: unknown;
  readonly Seconds?: unknown;
}

export interface PassState extends Assigning {
  readonly Type: 'Pass';
}

export interface FailState {
  readonly Type: 'Fail';
  readonly Error: unknown;
  readonly Cause: unknown;
}

/** What comes after a state: variables, and the next state. */
export interface Assigning {
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Next: string;
}

const KNOWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: ['Resource', 'Arguments', 'TimeoutSeconds', 'Retry', 'Catch', 'Assign', 'Next'],
  Choice: ['Choices', 'Default'],
  Wait: ['Timestamp', 'Seconds', 'Assign', 'Next'],
  Pass: ['Assign', 'Next'],
  Fail: ['Error', 'Cause'],
  Succeed: [],
};

/**
 * Reads a definition in JSON.
 *
 * @throws {TypeError} for a kind of state, or a field, that the interpreter would not carry out
 */
export function parseDefinition(json: string): Definition {
  const definition = JSON.parse(json) as Definition;
  if (definition.QueryLanguage !== 'JSONata') throw new TypeError('Only JSONata is interpreted.');
  for (const [name, state] of Object.entries(definition.States)) {
    const known = KNOWN_FIELDS[state.Type];
    if (known === undefined) throw new TypeError(`State "${name}": ${state.Type} is not interpreted.`);
    for (const field of Object.keys(state)) {
      if (field === 'Type' || field === 'Comment' || known.includes(field)) continue;
      throw new TypeError(`State "${name}": ${field} of ${state.Type} is not interpreted.`);
    }
  }
  return definition;
}
