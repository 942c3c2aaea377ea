/** A list of texts that a store keeps as JSON text, in patterns of RE2. */

/** One character of a text in it, perhaps written as an escape. */
export const ELEMENT_SIGN = '(?:[^"\\\\]|\\\\u[0-9a-fA-F]{4}(?:\\\\u[dD][c-fC-F][0-9a-fA-F]{2})?|\\\\.)';

/** Nobody knows how what is special was written there. A glob is plain too. */
export function isPlainElement(text: string): boolean {
  return /^[\w :.,@*?/=+-]*$/.test(text);
}
