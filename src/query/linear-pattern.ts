/** Regular expressions that take time in proportion to the text: pattern and text may both come from an attacker. */

/** `i` any case, `m` `^` and `$` at line ends, `s` `.` takes line ends. */
export type PatternFlag = 'i' | 'm' | 's';

/** Each throws a TextTooLong where the two together would take seconds. */
export interface LinearPattern {
  /** Anywhere in it. */
  isIn(text: string): boolean;
  /** The whole of it. */
  isWhole(text: string): boolean;
}

export class TextTooLong extends Error {}

/** RE2's syntax: no look-around, no back-references. The error says what is wrong with the pattern. */
export type CompilePattern = (
  pattern: string,
  flags?: readonly PatternFlag[],
) => LinearPattern | { error: string };

const MAX_PATTERN = 8192;
/** Counted repetitions (`.{900}`) are many states in one: at worst 0.1 ms a character for a thousand. Characters × states. */
const MAX_WORK = 10_000_000;
const FEW_STATES = 50;

/** Loads the library. */
export async function linearPatterns(): Promise<CompilePattern> {
  const { RE2JS } = await import('@bufbuild/re2');
  const bits = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };
  return (pattern, flags = []) => {
    if (pattern.length > MAX_PATTERN) return { error: `longer than ${MAX_PATTERN} characters` };
    try {
      const compiled = RE2JS.compile(
        pattern,
        flags.reduce((all, flag) => all | bits[flag], 0),
      );
      const longest = longestText(pattern, compiled.re2().prog.numInst());
      const held = (text: string): string => {
        if (text.length > longest) throw new TextTooLong(`longer than ${longest} characters`);
        return text;
      };
      return {
        isIn: (text) => compiled.test(held(text)),
        isWhole: (text) => compiled.testExact(held(text)),
      };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
}

function longestText(pattern: string, states: number): number {
  return /\{\d/.test(pattern) && states > FEW_STATES
    ? Math.floor(MAX_WORK / states)
    : Number.POSITIVE_INFINITY;
}
