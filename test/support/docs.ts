import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The text of a document. @param path from the root of the repository: `infra/README.md` */
export function readDoc(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/**
 * The code block of a document after a marker: `<!-- push-event -->`.
 *
 * @throws {Error} when the document has no such block
 */
export function codeAfter(marker: string, path: string): string {
  const code = new RegExp(`<!-- ${marker} -->\\s*\`\`\`\\w+\\n(.*?)\`\`\``, 's').exec(readDoc(path))?.[1];
  if (code === undefined) throw new Error(`${path} has no code after <!-- ${marker} -->`);
  return code;
}

/**
 * What a document shows below a command: `$ npx payment-tracker doctor`.
 *
 * @throws {Error} when the document does not show the command
 */
export function shownAfter(command: string, path: string): string {
  const [, shown] = readDoc(path).split(`$ npx payment-tracker ${command}\n`);
  if (shown === undefined) throw new Error(`${path} does not show ${command}`);
  return shown.slice(0, shown.indexOf('```'));
}
