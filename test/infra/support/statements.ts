import type { Template } from 'aws-cdk-lib/assertions';

/** A policy statement with its references to other resources in a readable form: `<Table.Arn>/index/pending`. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** All policy statements of a role, in the order of the template. @param role its logical id without the hash */
export function statementsOf(template: Template, role: string): Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const ofRole = policies.filter(({ Properties: { Roles } }) =>
    Roles.some(({ Ref }: { Ref: string }) => withoutHash(Ref) === role),
  );
  return ofRole.flatMap(({ Properties }) => readable(Properties.PolicyDocument.Statement) as Statement[]);
}

/** The managed policies of a role; undefined if it has none. */
export function managedPoliciesOf(template: Template, role: string): unknown {
  const roles = Object.entries(template.findResources('AWS::IAM::Role'));
  const found = roles.find(([id]) => withoutHash(id) === role);
  if (found === undefined) throw new Error(`There is no role ${role}: ${roles.map(([id]) => id).join(', ')}`);
  return found[1].Properties.ManagedPolicyArns;
}

/** Replaces CloudFormation's intrinsic functions with text. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return `<${withoutHash(Ref)}>`;
  if (Array.isArray(attribute)) return `<${withoutHash(attribute[0])}.${attribute[1]}>`;
  if (Array.isArray(join)) return (readable(join[1]) as unknown[]).join(join[0]);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readable(member)]));
}

/** Removes the 8 characters at the end of a logical id, which the CDK computes from the path. */
export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
