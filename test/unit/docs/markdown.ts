/**
 * Targets of the links and images of a Markdown text: inline, and by reference. Code is left out. A reference that the
 * text does not define is its own target: `[nowhere]`.
 */
export function linksOf(markdown: string): string[] {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\((\S+?)\)/g)].map(([, target = '']) => target);
  const defined = new Map(
    [...text.matchAll(/^\[([^\]]+)\]:\s+(\S+)/gm)].map(([, name = '', target = '']) => [name, target]),
  );
  const used = [...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, name = '']) => name);
  return [
    ...inline,
    ...defined.values(),
    ...used.filter((name) => !defined.has(name)).map((name) => `[${name}]`),
  ];
}

/**
 * The anchors that GitHub gives to the headings of a Markdown text
 * (https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links).
 */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(markdown).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const anchor = slug(heading);
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^ *```.*?^ *```$/gms, '');
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replace(/`[^`\n]*`/g, '``');
}
