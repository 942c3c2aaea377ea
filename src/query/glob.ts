/** Glob patterns: `*` any run of characters, `?` one character. No other sign is special, and there is no escape. */

export function hasGlob(text: string): boolean {
  return text.includes('*') || text.includes('?');
}

/**
 * Whether the whole text fits the pattern. Greedy with one point of return, so at worst text × pattern steps: both may
 * come from an attacker.
 */
export function matchesGlob(text: string, pattern: string, ignoreCase = false): boolean {
  return ignoreCase ? fits(text.toLowerCase(), pattern.toLowerCase()) : fits(text, pattern);
}

function fits(text: string, pattern: string): boolean {
  let t = 0;
  let p = 0;
  let star = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const sign = pattern[p];
    if (sign === '*') {
      star = p++;
      resumeAt = t;
    } else if (sign === '?') {
      t += charLength(text, t);
      p++;
    } else if (sign !== undefined && sign === text[t]) {
      t++;
      p++;
    } else if (star >= 0) {
      resumeAt += charLength(text, resumeAt);
      t = resumeAt;
      p = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** UTF-16 units of the character at `at`: `?` takes an emoji whole. */
function charLength(text: string, at: number): number {
  const code = text.codePointAt(at);
  return code !== undefined && code > 0xffff ? 2 : 1;
}
