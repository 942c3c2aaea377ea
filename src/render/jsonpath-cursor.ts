/** A place in a JSONPath template: takes text from it, and says where it went wrong. */
import { UserError } from '../errors.ts';

export interface Cursor {
  at(): number;
  rest(): string;
  isAtEnd(): boolean;
  isOn(text: string): boolean;
  /** Moves past `text` if it is next. */
  take(text: string): boolean;
  /** `pattern` must be sticky. Null: not next, not moved. */
  takeMatch(pattern: RegExp): string | null;
  takeGroups(pattern: RegExp): (string | undefined)[] | null;
  skipSpace(): void;
  /** Throws UserError AUDIT_BAD_TEMPLATE. `from`: where the offending text begins, if not here. */
  fail(what: string, from?: number): never;
}

/** Of the offending text, characters shown. */
const SHOWN = 24;

export function cursorOn(text: string): Cursor {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at += found[0].length;
    return found;
  };
  return {
    at: () => at,
    rest: () => text.slice(at, at + 1000),
    isAtEnd: () => at >= text.length,
    isOn: (next) => text.startsWith(next, at),
    take(next) {
      const isNext = text.startsWith(next, at);
      if (isNext) at += next.length;
      return isNext;
    },
    takeMatch: (pattern) => match(pattern)?.[0] ?? null,
    takeGroups: (pattern) => match(pattern)?.slice(1) ?? null,
    skipSpace: () => void match(/\s*/y),
    fail(what, from = at) {
      const offending =
        from >= text.length
          ? 'the end'
          : `"${text.slice(from, from + SHOWN)}${from + SHOWN < text.length ? '…' : ''}"`;
      throw new UserError(
        'AUDIT_BAD_TEMPLATE',
        `bad JSONPath: ${what}, at character ${from + 1}: ${offending}`,
        {
          hint: '-o jsonpath=\'{range .rows[*]}{.when}{"\\t"}{.who.user}{"\\n"}{end}\'',
        },
      );
    },
  };
}
