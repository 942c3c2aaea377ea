/**
 * What `--code` means: HTTP status codes as sets of ranges. A request without a code (still open, never answered) is in
 * no set, a negated one included.
 */
import { UserError } from '../errors.ts';
import { any, type Predicate } from './predicate.ts';

const LOWEST = 100;
const HIGHEST = 599;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** `403`, `4xx`, `400-499`, `>=400`, `403,404`, `!2xx`, `!=200`: what is named, less what is negated. */
export function parseCodes(text: string): Predicate {
  const terms = text.split(',').map((term) => term.trim());
  const wanted: Range[] = [];
  const unwanted: Range[] = [];
  for (const term of terms) {
    const isNegated = term.startsWith('!');
    const range = parseRange(isNegated ? term.replace(/^!=?/, '') : term, text);
    (isNegated ? unwanted : wanted).push(range);
  }
  const start = wanted.length === 0 ? [{ from: LOWEST, to: HIGHEST }] : wanted;
  const ranges = start.flatMap((range) => subtract(range, unwanted));
  if (ranges.length === 0) {
    throw new UserError('AUDIT_BAD_FILTER', `--code ${JSON.stringify(text)} leaves no code at all`, {
      hint: 'drop one of the terms: --code 4xx,!404',
    });
  }
  return any(...ranges.map((range): Predicate => ({ kind: 'codeBetween', ...range })));
}

function parseRange(term: string, whole: string): Range {
  const single = /^={0,2}(\d{3})$/.exec(term)?.[1];
  if (single !== undefined) return inBounds(Number(single), Number(single), whole);
  const family = /^([1-5])xx$/i.exec(term)?.[1];
  if (family !== undefined) return { from: Number(family) * 100, to: Number(family) * 100 + 99 };
  const between = /^(\d{3})-(\d{3})$/.exec(term);
  if (between !== null) return inBounds(Number(between[1]), Number(between[2]), whole);
  const open = /^(>=|<=|>|<)\s*(\d{3})$/.exec(term);
  if (open !== null) return openRange(open[1] ?? '', Number(open[2]), whole);
  throw badCode(whole);
}

function openRange(sign: string, code: number, whole: string): Range {
  switch (sign) {
    case '>=':
      return inBounds(code, HIGHEST, whole);
    case '>':
      return inBounds(code + 1, HIGHEST, whole);
    case '<=':
      return inBounds(LOWEST, code, whole);
    default:
      return inBounds(LOWEST, code - 1, whole);
  }
}

function inBounds(from: number, to: number, whole: string): Range {
  if (from < LOWEST || to > HIGHEST || from > to) throw badCode(whole);
  return { from, to };
}

function subtract(range: Range, unwanted: readonly Range[]): Range[] {
  let left: Range[] = [range];
  for (const hole of unwanted) {
    left = left.flatMap(({ from, to }) =>
      [
        { from, to: Math.min(to, hole.from - 1) },
        { from: Math.max(from, hole.to + 1), to },
      ].filter((rest) => rest.from <= rest.to),
    );
  }
  return left;
}

function badCode(text: string): UserError {
  return new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(text)} names no HTTP status codes`, {
    hint: `codes from ${LOWEST} to ${HIGHEST}: --code 403, --code 4xx, --code 400-499, --code '>=400', --code '!2xx'`,
  });
}
