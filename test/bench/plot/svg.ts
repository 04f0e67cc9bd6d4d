type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element. Children are markup; text goes through {@link text}. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapeMarkup(shorten(value))}"`,
  );
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escapeMarkup(content));
}

/**
 * A whole picture. Colours come from classes, with a second set for dark backgrounds, so that it is readable on light and on
 * dark pages.
 *
 * @param title describes the picture for readers who cannot see it
 */
export function picture(
  size: { width: number; height: number },
  title: string,
  ...children: string[]
): string {
  const { width, height } = size;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
  };
  const heading = element('title', {}, escapeMarkup(title));
  return `${element('svg', attributes, heading, element('style', {}, STYLE), ...children)}\n`;
}

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #444 }
.title { font-size: 14px; font-weight: 600 }
.axis, .grid { stroke: #888; stroke-width: 1 }
.grid { stroke-opacity: .25 }
.line { fill: none; stroke-width: 2 }
.polling { stroke: #c0392b } .polling-fill { fill: #c0392b }
.tracker { stroke: #1f78b4 } .tracker-fill { fill: #1f78b4 }
.mark { stroke: #444; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) { text { fill: #bbb } .mark { stroke: #bbb } }
`;

function escapeMarkup(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function shorten(value: string | number): string {
  return typeof value === 'number' ? String(Number(value.toFixed(2))) : value;
}
