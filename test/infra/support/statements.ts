import type { Template } from 'aws-cdk-lib/assertions';

/** A policy statement with its references to other resources in a readable form: `<Table.Arn>/index/pending`. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** Every statement about a role, in the order of the template. `role`: the beginning of its logical id. */
export function statementsOf(template: Template, role: string): Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const ofRole = policies.filter(({ Properties: { Roles } }) =>
    Roles.some(({ Ref }: { Ref: string }) => withoutHash(Ref) === role),
  );
  return ofRole.flatMap(({ Properties }) => readable(Properties.PolicyDocument.Statement) as Statement[]);
}

/** The names of a role's managed policies. */
export function managedPoliciesOf(template: Template, role: string): unknown {
  const roles = Object.entries(template.findResources('AWS::IAM::Role'));
  const found = roles.find(([id]) => withoutHash(id) === role);
  if (found === undefined) throw new Error(`There is no role ${role}: ${roles.map(([id]) => id).join(', ')}`);
  return found[1].Properties.ManagedPolicyArns;
}

/** Replaces CloudFormation's functions by text. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return `<${withoutHash(Ref)}>`;
  if (Array.isArray(attribute)) return `<${withoutHash(attribute[0])}.${attribute[1]}>`;
  if (Array.isArray(join)) return (readable(join[1]) as unknown[]).join(join[0]);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readable(member)]));
}

/** CDK's logical ids end with 8 characters that depend on the path. */
export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
