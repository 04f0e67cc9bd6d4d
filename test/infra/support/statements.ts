import type { Template } from 'aws-cdk-lib/assertions';
import { readable, withoutHash } from '../../support/readable.ts';

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

export { readable, withoutHash };
