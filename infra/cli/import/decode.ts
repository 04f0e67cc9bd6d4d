import { UsageError } from '../console/errors.ts';

/** The text of a file, and how it is encoded. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: 'UTF-8' | 'UTF-16';
}

/**
 * Decodes a file: UTF-8, or UTF-16 with a byte order mark, as Excel and Windows write it.
 *
 * @throws {UsageError} when the file has another encoding
 */
export function decode(name: string, bytes: Uint8Array): DecodedText {
  const label = utf16Label(bytes);
  try {
    const text = new TextDecoder(label ?? 'utf-8', { fatal: true }).decode(bytes);
    // UTF-16 without a byte order mark is valid UTF-8 with these characters, and so are most binary files.
    if (!text.includes('\0')) return { text, encoding: label === undefined ? 'UTF-8' : 'UTF-16' };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw new UsageError(
    `${name} is not a text in UTF-8, nor in UTF-16 with a byte order mark; save it as UTF-8 (in Excel: "CSV UTF-8"), or convert it, as in: iconv -f WINDOWS-1252 -t UTF-8`,
    'import',
  );
}

function utf16Label([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}
