/**
 * What starts an execution of the loop, as its input says it. Only one started by the rule may rest: a wake-up knows of
 * a payment that the index, which lists what is pending, may not show yet.
 */
export interface LoopInput {
  readonly startedBy: 'rule' | 'wake-up';
}
