/** Quoted texts of Falco's conditions and lists (falcosecurity/libs, userspace/libsinsp/filter/escaping.cpp). */
import { ConditionError } from './condition.ts';

const SIGNS: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '/': '/',
  // Falco's, for rules that were escaped wrongly once.
  ' ': '\\',
};

/** `quoted` with its quotes. Throws a ConditionError; `offset`: where it stands. */
export function unquote(quoted: string, offset: number): string {
  const quote = quoted[0];
  return quoted.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[\s\S]?)/g, (whole, escaped: string, at: number) => {
    if (escaped.length > 1) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    if (escaped === quote) return escaped;
    const sign = SIGNS[escaped];
    if (sign === undefined) throw new ConditionError(offset + 1 + at, `${whole} is no escape in quotes`);
    return sign;
  });
}
