/**
 * The names for the placeholders of expressions. A placeholder `#status` stands for the attribute `status`, always; so
 * no attribute can collide with a reserved word of DynamoDB, and only names in use are sent (it refuses others).
 */
export function namesIn(...expressions: readonly string[]): Record<string, string> {
  const placeholders = expressions.join(' ').match(/#\w+/g) ?? [];
  return Object.fromEntries(placeholders.map((placeholder) => [placeholder, placeholder.slice(1)]));
}
