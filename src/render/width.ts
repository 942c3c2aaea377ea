/** How many columns of a terminal a text takes, and cutting and wrapping by it. */
import { eastAsianWidth } from 'get-east-asian-width';

/** Marks on the character before, and the vowels and finals of a Hangul syllable: no width of their own, as wcwidth has it. */
const ZERO = /^[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]$/u;

/** Of text that is already escaped: no control characters, one line. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += ZERO.test(char) ? 0 : eastAsianWidth(char.codePointAt(0) ?? 0x20);
  return width;
}

/**
 * At most `width` columns; what is left out is marked. `middle`: for names that their ends tell apart. `path`: all but the
 * last name of each path goes first (`sa:…/runner`), for it tells the least.
 */
export function fitted(text: string, width: number, shorten: 'end' | 'middle' | 'path' = 'end'): string {
  if (widthOf(text) <= width) return text;
  const briefer = shorten === 'path' ? text.replace(PATH, '$1$2…$3') : text;
  if (briefer !== text) return fitted(briefer, width, 'end');
  const room = width - 1;
  const tailRoom = shorten === 'end' ? 0 : Math.floor(room / 2);
  const tail = beginning([...text].reverse(), tailRoom)
    .reverse()
    .join('');
  return `${beginning([...text], room - widthOf(tail)).join('')}…${tail}`;
}

/** `sa:ci/runner`, `alice as sa:ci/runner`, `https://issuer.example.com#alice`. */
const PATH = /(^|\s)(\w+:)?[^\s…]*([/#][^\s/#]+)(?=\s|$)/g;

/** As many of the characters as `room` holds. */
function beginning(chars: readonly string[], room: number): string[] {
  let used = 0;
  const end = chars.findIndex((char) => {
    used += widthOf(char);
    return used > room;
  });
  return chars.slice(0, end === -1 ? chars.length : end);
}

/** Lines of at most `width` columns, broken at spaces where there are any; none is lost. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => broken(long, width))) {
    if (line === '') line = word;
    else if (widthOf(line) + 1 + widthOf(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return lines;
}

function broken(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const parts: string[] = [];
  let part = '';
  for (const char of word) {
    if (widthOf(part) + widthOf(char) > width) {
      parts.push(part);
      part = '';
    }
    part += char;
  }
  return [...parts, part];
}
