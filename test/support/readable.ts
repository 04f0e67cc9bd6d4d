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
