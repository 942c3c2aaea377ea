/** Regular expressions of RE2, as stores written in Go and C++ have them: https://github.com/google/re2/wiki/Syntax. */

export function escapedInPattern(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}-]/g, '\\$&');
}

/** A glob as a pattern, without anchors. `any`: the pattern of any one character; `literal`: how one that stands for itself is written. */
export function globPattern(
  glob: string,
  any = '.',
  literal: (sign: string) => string = escapedInPattern,
): string {
  return [...glob.replaceAll(/\*+/g, '*')]
    .map((sign) => (sign === '*' ? `${any}*` : sign === '?' ? any : literal(sign)))
    .join('');
}
