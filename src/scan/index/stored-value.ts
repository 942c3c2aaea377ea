/** A field's value as an index keeps it: one text, which tells a single value from several, from none and from an unknown one. */
import { ABSENT, UNKNOWN, type Value } from '../../query/value-of.ts';

/** Null: it cannot be kept, for it is no Unicode. */
export function storedValue(value: Value): string | null {
  if (value === ABSENT) return STORED_ABSENT;
  if (value === UNKNOWN) return STORED_UNKNOWN;
  if (!value.every((text) => text.isWellFormed())) return null;
  const [only] = value;
  return value.length === 1 ? `${SINGLE}${only}` : `${SEVERAL}${JSON.stringify(value)}`;
}

export function valueStored(text: string): Value {
  if (text === STORED_ABSENT) return ABSENT;
  if (text.startsWith(SINGLE)) return [text.slice(SINGLE.length)];
  return text.startsWith(SEVERAL) ? (JSON.parse(text.slice(SEVERAL.length)) as string[]) : UNKNOWN;
}

export const STORED_ABSENT = '-';
export const STORED_UNKNOWN = '?';
/** What stands before a single value. */
export const SINGLE = '=';
const SEVERAL = '+';
