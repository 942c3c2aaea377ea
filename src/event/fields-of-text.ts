/** The complete top-level fields of a JSON object of which only a part is there. What they mean is salvage.ts's. */

/** From the brace at `start` to the cut. A key that comes twice has its last value, as JSON.parse has it. */
export function completeFields(text: string, start: number): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  let at = skipBlanks(text, start + 1);
  while (text[at] === '"') {
    const keyEnd = endOfValue(text, at);
    const colon = keyEnd < 0 ? -1 : skipBlanks(text, keyEnd);
    if (colon < 0 || text[colon] !== ':') break;
    const valueStart = skipBlanks(text, colon + 1);
    const valueEnd = endOfValue(text, valueStart);
    if (valueEnd < 0) break;
    const key = parsed(text.slice(at, keyEnd));
    const value = parsed(text.slice(valueStart, valueEnd));
    if (typeof key !== 'string' || value === undefined) break;
    fields.set(key, value);
    const next = skipBlanks(text, valueEnd);
    if (text[next] !== ',') break;
    at = skipBlanks(text, next + 1);
  }
  return fields;
}

/**
 * From the last field that follows the bodies to the closing brace, where nothing may be left over: only so is it certain
 * that these are the event's own fields. Null otherwise.
 */
export function fieldsOfTail(tail: string): Map<string, unknown> | null {
  const start = tail.lastIndexOf(FIRST_AFTER_BODIES);
  if (start < 0) return null;
  const value = parsed(`{${tail.slice(start + 1)}`);
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null;
}

/** With the comma before it: a quote inside of a string would have a backslash before it. */
export const FIRST_AFTER_BODIES = ',"requestReceivedTimestamp":"';

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') at++;
  return at;
}

/** One past the value's last character; -1 when it does not end in the text. */
function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== '{' && first !== '[') return endOfScalar(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (at < 0) return -1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth++;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
    else if (code === 0x0a) return -1;
  }
  return -1;
}

/** A number at the very end may go on behind the cut. */
function endOfScalar(text: string, start: number): number {
  let at = start;
  while (at < text.length && !',}] \n\t\r'.includes(text[at] ?? '')) at++;
  return at === text.length || at === start ? -1 : at;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
