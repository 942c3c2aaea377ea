/** A predicate's pattern → Lucene's: `*` any run of characters, `?` one. https://lucene.apache.org/core/9_12_0/core/org/apache/lucene/search/WildcardQuery.html */

/** More stars in one make more states than the servers build. */
const MOST_STARS = 5;
const LONGEST = 300;

export function isFeasible(pattern: string): boolean {
  const stars = [...pattern.replaceAll(/\*+/g, '*')].filter((sign) => sign === '*').length;
  return pattern.length <= LONGEST && stars <= MOST_STARS && isCleanText(pattern);
}

/** What a body may hold, and a field. */
export function isCleanText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Minds the case. */
export function toWildcard(pattern: string): string {
  return pattern.replaceAll('\\', '\\\\').replaceAll(/\*+/g, '*');
}

/**
 * In any case, without Lucene's own notion of it, which has changed. A text is put into lower case before it is compared (glob.ts), by
 * which few signs become plain letters and one becomes two signs.
 */
export function toRegexps(pattern: string): {
  readonly over: string;
  readonly under: string;
  readonly isExact: boolean;
} {
  const signs = [...pattern.toLowerCase().replaceAll(/\*+/g, '*')];
  return {
    over: signs.map(over).join(''),
    under: signs.map(under).join(''),
    isExact: signs.every((sign) => sign !== '?' && sign !== 'i' && sign <= '\x7f'),
  };
}

function under(sign: string): string {
  if (sign === '*') return '.*';
  if (sign === '?') return '.';
  if (sign === 'k') return '[kK\u212a]';
  return /[a-z]/.test(sign) ? `[${sign}${sign.toUpperCase()}]` : literal(sign);
}

function over(sign: string): string {
  // U+0130 becomes an i and a dot above.
  if (sign === '?') return '.?';
  if (sign === 'i') return '[iI\u0130]';
  return sign > '\x7f' ? '.*' : under(sign);
}

/** https://www.elastic.co/guide/en/elasticsearch/reference/current/regexp-syntax.html, without its optional operators. */
function literal(sign: string): string {
  return /[.?+*|{}[\]()"\\#@&<>~^$-]/.test(sign) ? `\\${sign}` : sign;
}
