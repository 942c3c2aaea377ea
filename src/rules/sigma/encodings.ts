/** The forms in which a text may stand encoded in a field. */
import type { Pattern } from './pattern.ts';

export type WideForm = 'wide' | 'utf16le' | 'utf16be' | 'utf16';

/** Its bytes as characters; wildcards stay what they are. */
export function wide(pattern: Pattern, form: WideForm): Pattern {
  const mark = form === 'utf16' ? ['\u00ff\u00fe'] : [];
  return [...mark, ...pattern.map((part) => (typeof part === 'string' ? bytesOf(part, form) : part))];
}

function bytesOf(text: string, form: WideForm): string {
  const bytes = Buffer.from(text, 'utf16le');
  return (form === 'utf16be' ? bytes.swap16() : bytes).toString('latin1');
}

export function encoded(bytes: Buffer): string {
  return bytes.toString('base64');
}

/** Each group of three bytes is four signs; the first and last of a text depend on its neighbours. */
const STARTS = [0, 2, 3] as const;
const ENDS = [undefined, -3, -2] as const;

/** What of its Base64 is the same wherever in a longer text it begins. */
export function offsetEncodings(bytes: Buffer): readonly string[] {
  return STARTS.map((start, offset) =>
    encoded(Buffer.concat([Buffer.alloc(offset, ' '), bytes])).slice(
      start,
      ENDS[(bytes.length + offset) % 3],
    ),
  );
}
