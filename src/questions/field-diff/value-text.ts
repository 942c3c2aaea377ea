/** A value in a line: texts bare where they can be taken for nothing else, all else as JSON, cut when it is long. */

/** Characters. */
const MAX_TEXT = 200;

export function valueText(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !OTHER_SCALAR.test(value)) return cut(value);
  const parts: string[] = [];
  write(value, parts, { left: MAX_TEXT }, 0);
  return cut(parts.join(''));
}

const PLAIN = /^[\p{L}\p{N}_@<./-][\p{L}\p{N}_./:@%+~=<>*-]*$/u;
const OTHER_SCALAR = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i;
const MAX_DEPTH = 20;

function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT).toWellFormed()}…`;
}

/** No more of it than is shown: values can be of megabytes. */
function write(value: unknown, parts: string[], room: { left: number }, depth: number): void {
  const add = (text: string): void => {
    parts.push(text);
    room.left -= text.length;
  };
  if (room.left < 0) return;
  if (typeof value === 'string') add(JSON.stringify(value.slice(0, MAX_TEXT + 1)));
  else if (typeof value !== 'object' || value === null) add(String(value ?? null));
  else if (depth >= MAX_DEPTH) add(Array.isArray(value) ? '[…]' : '{…}');
  else {
    const isList = Array.isArray(value);
    add(isList ? '[' : '{');
    let isFirst = true;
    for (const name in value) {
      if (room.left < 0) break;
      if (!isFirst) add(',');
      isFirst = false;
      if (!isList) add(`${JSON.stringify(name)}:`);
      write((value as Readonly<Record<string, unknown>>)[name], parts, room, depth + 1);
    }
    add(isList ? ']' : '}');
  }
}
