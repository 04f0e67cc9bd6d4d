import type { DynamoDBRecord } from 'aws-lambda';
import type { CloudFormationTemplate } from '../../../infra/cost/deployment.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';

/** An event source mapping of the template: which changes of the table reach a function, and how. */
export interface StreamMapping {
  readonly BatchSize: number;
  readonly FilterCriteria: { readonly Filters: readonly { readonly Pattern: string }[] };
  readonly FunctionResponseTypes: readonly string[];
  readonly MaximumRecordAgeInSeconds: number;
  readonly StartingPosition: 'TRIM_HORIZON' | 'LATEST';
}

/** The mapping to the function that announces. @param resources of a template */
export function announcingMapping(resources: CloudFormationTemplate['Resources']): StreamMapping {
  const mapping = Object.values(resources).find(({ Type, Properties }) => {
    if (Type !== 'AWS::Lambda::EventSourceMapping') return false;
    const environment = resources[Properties?.FunctionName.Ref]?.Properties?.Environment;
    return environment?.Variables?.[VARIABLES.eventBusArn] !== undefined;
  });
  if (mapping === undefined) throw new TypeError('No function of the template announces.');
  return mapping.Properties as unknown as StreamMapping;
}

/** @returns whether one of the mapping's filters lets a change through */
export function createFilter({ FilterCriteria: { Filters } }: StreamMapping) {
  const patterns = Filters.map(({ Pattern }) => JSON.parse(Pattern));
  return (record: DynamoDBRecord): boolean => patterns.some((pattern) => matches(pattern, record));
}

/**
 * Whether a value matches a pattern of EventBridge, as far as the template uses the language.
 *
 * @throws {SyntaxError} for anything else
 */
function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((rule) => isAllowed(rule, value));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern as object).every(([name, inner]) =>
    matches(inner, (value as Readonly<Record<string, unknown>>)[name]),
  );
}

function isAllowed(rule: unknown, value: unknown): boolean {
  if (typeof rule === 'string') return rule === value;
  const others = (rule as { 'anything-but'?: unknown })['anything-but'];
  if (!Array.isArray(others)) {
    throw new SyntaxError(`Not a rule that the simulation knows: ${JSON.stringify(rule)}`);
  }
  return value !== undefined && !others.includes(value);
}
