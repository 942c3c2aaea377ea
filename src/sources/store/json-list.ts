/** A list of texts that a store keeps as JSON text, in patterns of RE2. */

/** One character of a text in it, perhaps written as an escape. */
export const ELEMENT_SIGN = '(?:[^"\\\\]|\\\\u[0-9a-fA-F]{4}(?:\\\\u[dD][c-fC-F][0-9a-fA-F]{2})?|\\\\.)';
