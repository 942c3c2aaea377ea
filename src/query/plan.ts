/**
 * Splits a predicate into what a source filters by itself and what is left. Whether a source can express a part is the
 * source's to say; that the parts mean the whole is said here. Also puts a predicate into words.
 */
import { assertNever } from '../errors.ts';
import { all, any, EVERYTHING, isEverything, not, type Predicate } from './predicate.ts';

/** Values of a long list that are shown. */
const VALUES_SHOWN = 6;

export interface Split {
  /** Implied by the predicate. */
  readonly pushed: Predicate;
  /** pushed ∧ residual ≡ predicate. */
  readonly residual: Predicate;
}

/**
 * `canPush` is asked about leaves and about negated leaves (`not` of one), and must say yes only to what the source
 * evaluates exactly as `matches` does, absent fields included. `matches` judges a request by its outcome: a source that
 * judges event by event may say yes to what all stages have alike, and to a value that is there for good once it is
 * there; else it drops the outcome and leaves an earlier stage, which then looks like a request without one. To the rest
 * it may say yes when it fetches outcome stages only.
 */
export function splitPredicate(predicate: Predicate, canPush: (leaf: Predicate) => boolean): Split {
  switch (predicate.kind) {
    case 'all': {
      const parts = predicate.of.map((part) => splitPredicate(part, canPush));
      return {
        pushed: all(...parts.map((part) => part.pushed)),
        residual: all(...parts.map((part) => part.residual)),
      };
    }
    case 'any': {
      const parts = predicate.of.map((part) => splitPredicate(part, canPush));
      // One branch that filters nothing makes the union filter nothing.
      if (parts.some((part) => isEverything(part.pushed))) {
        const isTrue = parts.some((part) => isEverything(part.pushed) && isEverything(part.residual));
        return { pushed: EVERYTHING, residual: isTrue ? EVERYTHING : predicate };
      }
      const isExact = parts.every((part) => isEverything(part.residual));
      return { pushed: any(...parts.map((part) => part.pushed)), residual: isExact ? EVERYTHING : predicate };
    }
    case 'not': {
      const inner = negate(predicate.of);
      if (inner !== null) return splitPredicate(inner, canPush);
      return canPush(predicate) ? whole(predicate) : { pushed: EVERYTHING, residual: predicate };
    }
    default:
      return canPush(predicate) ? whole(predicate) : { pushed: EVERYTHING, residual: predicate };
  }
}

/** The negation moved inwards; null for a leaf. De Morgan holds with three values too. */
function negate(predicate: Predicate): Predicate | null {
  switch (predicate.kind) {
    case 'all':
      return any(...predicate.of.map(not));
    case 'any':
      return all(...predicate.of.map(not));
    case 'not':
      return predicate.of;
    default:
      return null;
  }
}

function whole(predicate: Predicate): Split {
  return { pushed: predicate, residual: EVERYTHING };
}

/** For `--explain` and messages. Values are quoted; escaping for the terminal is render's. */
export function describePredicate(predicate: Predicate): string {
  return describe(predicate, false);
}

function describe(predicate: Predicate, isInner: boolean): string {
  switch (predicate.kind) {
    case 'all':
      return joined(predicate.of, 'and', 'everything', isInner);
    case 'any':
      return joined(predicate.of, 'or', 'nothing', isInner);
    case 'not':
      return describeNegated(predicate.of);
    case 'equals':
      return typeof predicate.value === 'boolean'
        ? `${predicate.value ? '' : 'not '}${predicate.field}`
        : `${predicate.field} is ${quoted(predicate.value)}`;
    case 'in': {
      const [only] = predicate.values;
      if (predicate.values.length === 1 && only !== undefined) return `${predicate.field} is ${quoted(only)}`;
      return `${predicate.field} in ${listOf(predicate.values)}`;
    }
    case 'glob':
      return `${predicate.field} like ${quoted(predicate.pattern)}${predicate.ignoreCase ? ' in any case' : ''}`;
    case 'codeBetween':
      return describeCodes(predicate.from, predicate.to);
    case 'fromNetwork':
      return `last address in ${predicate.cidr}`;
    case 'absent':
      return `no ${predicate.field}`;
    case 'cel':
      return `where ${predicate.text.trim()}`;
    default:
      return assertNever(predicate);
  }
}

function describeCodes(from: number, to: number): string {
  if (from === to) return `code ${from}`;
  return to > 999 ? `code ${from} or more` : `code ${from} to ${to}`;
}

function describeNegated(predicate: Predicate): string {
  if (predicate.kind === 'absent') return `some ${predicate.field}`;
  const text = describe(predicate, true);
  return text.startsWith('(') ? `not ${text}` : `not (${text})`;
}

function joined(parts: readonly Predicate[], word: string, none: string, isInner: boolean): string {
  const [first] = parts;
  if (first === undefined) return none;
  if (parts.length === 1) return describe(first, isInner);
  const text = parts.map((part) => describe(part, true)).join(` ${word} `);
  return isInner ? `(${text})` : text;
}

function listOf(values: readonly string[]): string {
  const shown = values.slice(0, VALUES_SHOWN).map(quoted);
  return values.length > VALUES_SHOWN
    ? `${shown.join(', ')} and ${values.length - VALUES_SHOWN} more`
    : shown.join(', ') || 'an empty list';
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
