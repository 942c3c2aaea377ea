/**
 * `--where`: CEL over the event's own fields, as audit.k8s.io/v1 JSON. Loads the library on first use. What is wrong with an
 * expression is cel-check.ts's, what sources can filter by cel-translate.ts's.
 */
import type { CelEnv, CelFunc, isCelError } from '@bufbuild/cel';
import { UserError } from '../errors.ts';
import { offsetOf, type ParsedCel } from './cel-ast.ts';
import { checkCel } from './cel-check.ts';
import { badWhere, inPlainWords, openQuoteIn, syntaxHint } from './cel-error.ts';
import { PROBE } from './cel-probe.ts';
import { translateCel } from './cel-translate.ts';
import { type CelMakers, celBindings, fromCel, toCel } from './cel-values.ts';
import { all, type CelProgram, type Predicate } from './predicate.ts';

type Library = typeof import('@bufbuild/cel');

const MAX_LENGTH = 4096;
/** Ends with an operator or an open bracket. */
const UNFINISHED = /(?:[=!<>&|+\-*/%([{,.?:]|\bin)\s*$/;

/** A function that expressions may call besides CEL's own. Over JSON as it stands in the event; must be pure, total and linear. */
export interface CelExtra {
  readonly name: string;
  readonly parameters: number;
  call(...values: readonly unknown[]): unknown;
}

/** What compileExpression makes of it without more functions. */
export function compileWhere(text: string): Promise<Predicate> {
  return compileExpression(text, []);
}

/**
 * A predicate that holds where the expression is true. Where it fails, above all because a field is absent, it is no match,
 * and unknown to verdictOf unless a part that predicates can say rules the event out. Throws a UserError that shows the place.
 */
export async function compileExpression(text: string, extras: readonly CelExtra[]): Promise<Predicate> {
  if (text.length > MAX_LENGTH) {
    throw new UserError('AUDIT_BAD_WHERE', `--where: ${text.length} characters, ${MAX_LENGTH} at most`, {
      hint: 'lists are shorter as flags: --by, --verb, --audit-id',
    });
  }
  const library = await import('@bufbuild/cel');
  const { strings } = await import('@bufbuild/cel/ext');
  const re2 = await import('@bufbuild/re2').then(({ RE2JS }) =>
    remembering((pattern) => RE2JS.compile(pattern)),
  );
  const plain = library.celEnv({ re2, funcs: [...strings, lookupFunction(library)] });
  const make = makersOf(library, plain);
  const own = extras.map((extra) => extraFunction(extra, make, library));
  const env =
    own.length === 0 ? plain : library.celEnv({ re2, funcs: [...strings, lookupFunction(library), ...own] });
  const parsed = parseText(text, library);
  const names = checkCel(text, parsed, checksWith(library, env));
  const run = library.plan(env, parsed);
  probe(text, parsed, run(celBindings(PROBE, names, make)), names, library);
  const holds: CelProgram = { names, test: (json) => outcomeOf(() => run(celBindings(json, names, make))) };
  return all(...translateCel(parsed.expr), { kind: 'cel', text, holds });
}

function parseText(text: string, library: Library): ParsedCel {
  if (text.trim() === '') throw badWhere(text, null, 'an empty expression', syntaxHint(text, 0));
  try {
    return library.parse(text);
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw badWhere(text, null, 'the expression is nested too deeply', 'take it apart, or drop parentheses');
    }
    const quote = openQuoteIn(text);
    if (quote >= 0) throw badWhere(text, quote, 'this quote is not closed', syntaxHint(text, quote));
    if (UNFINISHED.test(text))
      throw badWhere(text, text.length, 'it ends too soon', syntaxHint(text, text.length));
    const offset = offsetOfSyntaxError(cause) ?? 0;
    const found =
      offset < text.length ? `${JSON.stringify(text[offset])} was not expected here` : 'it ends too soon';
    throw badWhere(text, offset, found, syntaxHint(text, offset));
  }
}

/** peggy's errors carry `location`; it goes back to where the last whole expression ended. */
function offsetOfSyntaxError(cause: unknown): number | null {
  if (!(cause instanceof Error) || !('location' in cause)) return null;
  const location = cause.location as { start?: { offset?: unknown } } | null | undefined;
  const offset = location?.start?.offset;
  return typeof offset === 'number' ? offset : null;
}

function outcomeOf(run: () => unknown): boolean | 'error' {
  // The library makes an Error of every absent field; without a stack 0.39 M events a second, with one 0.06.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const result = run();
    return typeof result === 'boolean' ? result : 'error';
  } catch {
    // A bug of the library, or bodies nested beyond the stack: no reason to end a run.
    return 'error';
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function makersOf(library: Library, env: CelEnv): CelMakers {
  const toTime = library.plan(env, library.parse('timestamp(text)'));
  return {
    celList: library.celList,
    celMap: library.celMap,
    celTime(text) {
      const time = toTime({ text });
      return isError(time, library) ? null : time;
    },
  };
}

/** `result`: on an event that has every field. What fails there for its types fails everywhere. */
function probe(
  text: string,
  parsed: ParsedCel,
  result: unknown,
  names: ReadonlySet<string>,
  library: Library,
): void {
  if (isError(result, library)) {
    const isMistake =
      names.size === 0 || /no matching overload|unbound function|type mismatch/.test(result.message);
    if (!isMistake) return;
    const offset = result.exprId === undefined ? null : offsetOf(parsed, result.exprId);
    throw badWhere(
      text,
      offset,
      inPlainWords(result.message),
      'text is compared with text in quotes, codes with numbers',
    );
  }
  if (typeof result === 'boolean') return;
  throw badWhere(text, null, `this is ${kindOf(result)}, not true or false`, 'compare it: … == "…"');
}

function isError(value: unknown, library: Library): value is Error & { exprId: bigint | undefined } {
  const isOne: typeof isCelError = library.isCelError;
  return isOne(value);
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'bigint' || typeof value === 'number') return 'a number';
  return value === null ? 'null' : 'an object or a list';
}

function checksWith(library: Library, env: CelEnv): Parameters<typeof checkCel>[2] {
  const matching = library.plan(env, library.parse('"".matches(pattern)'));
  return {
    knowsFunction: (name) => env.funcs.find(name) !== undefined,
    errorOf: (constant) => messageOf(library.plan(env, constant)(), library),
    patternError: (pattern) => messageOf(matching({ pattern }), library),
  };
}

function messageOf(result: unknown, library: Library): string | null {
  return isError(result, library) ? result.message : null;
}

/** The library compiles a pattern each time that it is matched, which takes longer than to match it. All stand in the expression. */
function remembering<T>(compile: (pattern: string) => T): { compile(pattern: string): T } {
  const known = new Map<string, T>();
  return {
    compile(pattern) {
      const compiled = known.get(pattern) ?? compile(pattern);
      known.set(pattern, compiled);
      return compiled;
    },
  };
}

function extraFunction(
  { name, parameters, call }: CelExtra,
  make: CelMakers,
  { CelScalar, celFunc, isCelList, isCelMap }: Library,
): CelFunc {
  const { DYN } = CelScalar;
  const types = Array.from({ length: parameters }, () => DYN);
  const plain = (value: unknown): unknown => fromCel(value, isCelMap, isCelList);
  return celFunc(name, types, DYN, (...values) => toCel(call(...values.map(plain)), make));
}

/** `get(user, "username", "")`: CEL has no other way to read what may be absent in one go. */
function lookupFunction({ CelScalar, celFunc, isCelMap }: Library): CelFunc {
  const { DYN, STRING } = CelScalar;
  return celFunc('get', [DYN, STRING, DYN], DYN, (from, key, otherwise) => {
    if (from === null) return otherwise;
    if (!isCelMap(from)) throw new Error('get() reads a field of an object');
    return from.get(key) ?? otherwise;
  });
}
