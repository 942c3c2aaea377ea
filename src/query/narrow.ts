/**
 * A predicate → what a store is asked for, event by event. A predicate judges requests by their outcome; a store sees stages by
 * themselves, and the values as they stand in them. So each test here holds of the outcome of every request that is wanted, and
 * where it does not hold of an outcome, it holds of no earlier stage either: else that would look like a request without one.
 */
import { assertNever } from '../errors.ts';
import {
  ANY_EVENT,
  allOf,
  anyOf,
  type EventLeaf,
  type EventPath,
  type EventTest,
  is,
  isAny,
  like,
  missing,
  no,
} from './event-test.ts';
import { type FieldTest, fieldOf } from './matches.ts';
import { splitPredicate } from './plan.ts';
import { all, any, EVERYTHING, type Field, isEverything, not, type Predicate } from './predicate.ts';

export interface Narrowed {
  readonly test: EventTest;
  /** What the test stands for; implied by the predicate. */
  readonly pushed: Predicate;
  /** pushed ∧ residual ≡ predicate. */
  readonly residual: Predicate;
  /** Of outcomes, the test holds of just those that match. */
  readonly isExact: boolean;
}

/** Whether a store can be asked that, or for what does not pass it; of what it cannot, it is asked for everything. */
export type CanTest = (leaf: EventLeaf, isNegated: boolean) => boolean;

export function narrow(predicate: Predicate, can: CanTest): Narrowed {
  const isAskable = (test: EventTest) => !isAny(test) && canAll(test, can);
  const leafOf = (leaf: Predicate): Leafed | null => {
    const made = testOf(leaf);
    if (made === null || isAskable(made.test)) return made;
    const test = made.else?.find(isAskable);
    return test === undefined ? null : { test, isExact: false };
  };
  const exact = splitPredicate(predicate, (leaf) => leafOf(leaf)?.isExact === true);
  const isExact = isEverything(exact.residual);
  const pushed = weakened(predicate, leafOf);
  return { ...pushed, residual: isExact ? EVERYTHING : predicate, isExact };
}

interface Leafed {
  readonly test: EventTest;
  readonly isExact: boolean;
  /** Each holds of more than the one before, and takes less to be asked. */
  readonly else?: readonly EventTest[];
}

interface Weakened {
  readonly pushed: Predicate;
  readonly test: EventTest;
}

const NOTHING_PUSHED: Weakened = { pushed: EVERYTHING, test: ANY_EVENT };

function weakened(predicate: Predicate, leafOf: (leaf: Predicate) => Leafed | null): Weakened {
  switch (predicate.kind) {
    case 'all': {
      const parts = predicate.of.map((part) => weakened(part, leafOf));
      return {
        pushed: all(...parts.map(({ pushed }) => pushed)),
        test: allOf(...parts.map(({ test }) => test)),
      };
    }
    case 'any': {
      const parts = predicate.of.map((part) => weakened(part, leafOf));
      if (parts.some(({ test }) => isAny(test))) return NOTHING_PUSHED;
      return {
        pushed: any(...parts.map(({ pushed }) => pushed)),
        test: anyOf(...parts.map(({ test }) => test)),
      };
    }
    case 'not': {
      const { of } = predicate;
      if (of.kind === 'all') return weakened(any(...of.of.map(not)), leafOf);
      if (of.kind === 'any') return weakened(all(...of.of.map(not)), leafOf);
      return of.kind === 'not' ? weakened(of.of, leafOf) : leaf(predicate, leafOf);
    }
    default:
      return leaf(predicate, leafOf);
  }
}

function leaf(predicate: Predicate, leafOf: (leaf: Predicate) => Leafed | null): Weakened {
  const made = leafOf(predicate);
  return made === null ? NOTHING_PUSHED : { pushed: predicate, test: made.test };
}

function canAll(test: EventTest, can: CanTest): boolean {
  switch (test.kind) {
    case 'all':
    case 'any':
      return test.of.every((part) => canAll(part, can));
    case 'not':
      return can(test.of, true);
    default:
      return can(test, false);
  }
}

/** Of a leaf or a negated one. Null: nothing can be asked. */
function testOf(predicate: Predicate): Leafed | null {
  switch (predicate.kind) {
    case 'not': {
      const { of } = predicate;
      return of.kind === 'all' || of.kind === 'any' || of.kind === 'not' || of.kind === 'cel'
        ? null
        : negatedTest(of);
    }
    case 'all':
    case 'any':
    case 'cel':
      return null;
    default:
      return positiveTest(predicate);
  }
}

/** Alike in all stages of a request, and in the log as they are judged. */
const SAME: ReadonlySet<Field> = new Set([
  'auditID',
  'verb',
  'requestURI',
  'user.username',
  'user.groups',
  'userAgent',
]);
/** Known from ResponseStarted on. */
const ONCE_STARTED: ReadonlySet<Field> = new Set(['impersonatedUser.username', 'impersonatedUser.groups']);
const NOT_RECEIVED = no(is('stage', 'RequestReceived'));
const IS_RESOURCE = no(missing('objectRef.resource'));
const IS_NAMESPACE = is('objectRef.resource', 'namespaces');

function positiveTest(test: FieldTest): Leafed | null {
  const field = fieldOf(test);
  if (SAME.has(field)) return exactly(plain(test, field));
  switch (field) {
    case 'objectRef.resource':
    case 'objectRef.subresource':
      return exactly(plain(test, field));
    case 'objectRef.apiGroup':
      return groupTest(test);
    case 'objectRef.namespace':
      return namespaceTest(test);
    case 'objectRef.name':
      return nameTest(test);
    case 'impersonatedUser.username':
    case 'impersonatedUser.groups':
      // What is not there yet when a request is received may be there when it ends.
      return test.kind === 'absent' ? null : exactly(plain(test, field));
    case 'session':
      return test.kind === 'absent' ? null : loosely(sessionTest(test));
    case 'sourceIPs':
      return addressTest(test);
    case 'responseStatus.code':
    case 'responseStatus.reason':
      // An earlier stage has none, and passes no test for one.
      return test.kind === 'absent' ? null : exactly(plain(test, field));
    default:
      return null;
  }
}

function negatedTest(test: FieldTest): Leafed | null {
  const field = fieldOf(test);
  if (test.kind === 'absent') return presentTest(field);
  const isNegatable = SAME.has(field) || OF_RESOURCES.has(field);
  const named = withoutEmpty(test);
  const of = isNegatable ? plain(named, field) : null;
  if (of === null || of.kind === 'all' || of.kind === 'any' || of.kind === 'not') return null;
  return { test: no(of), isExact: named === test };
}

const OF_RESOURCES: ReadonlySet<Field> = new Set(['objectRef.resource', 'objectRef.subresource']);

/** Less is ruled out. */
function withoutEmpty(test: FieldTest): FieldTest {
  if (test.kind !== 'in' || !test.values.includes('')) return test;
  return { ...test, values: test.values.filter((value) => value !== '') };
}

function presentTest(field: Field): Leafed | null {
  // Somebody without a name is somebody.
  if (field.endsWith('.username')) {
    const user = field.replace(/\.username$/, '');
    return loosely(anyOf(...['username', 'uid', 'groups'].map((key) => no(missing(`${user}.${key}`)))));
  }
  const isPlain =
    SAME.has(field) || ONCE_STARTED.has(field) || OF_RESOURCES.has(field) || field.startsWith('response');
  if (isPlain && !field.endsWith('Object')) return exactly(no(missing(field)));
  // An object's group may be the empty one.
  if (field === 'objectRef.apiGroup') return exactly(IS_RESOURCE);
  return field === 'objectRef.namespace' ? loosely(no(missing(field))) : null;
}

function exactly(test: EventTest | null): Leafed | null {
  return test === null ? null : { test, isExact: true };
}

function loosely(test: EventTest | null): Leafed | null {
  return test === null ? null : { test, isExact: false };
}

/** Null: not to be asked of a value as it stands. */
function plain(test: FieldTest, path: EventPath): EventTest | null {
  switch (test.kind) {
    case 'equals':
    case 'in': {
      const values = test.kind === 'in' ? test.values : [String(test.value)];
      if (path === 'responseStatus.code') return codes(values);
      // An empty text may as well not stand there.
      return values.includes('') ? null : is(path, ...values);
    }
    case 'glob':
      return like(path, test.pattern, test.ignoreCase);
    case 'codeBetween':
      return { kind: 'between', path, from: test.from, to: test.to };
    case 'absent':
      return missing(path);
    case 'fromNetwork':
      return null;
    default:
      return assertNever(test);
  }
}

function codes(values: readonly string[]): EventTest | null {
  const numbers = values.map(Number);
  if (!numbers.every(Number.isInteger)) return null;
  return anyOf(
    ...numbers.map(
      (code): EventTest => ({ kind: 'between', path: 'responseStatus.code', from: code, to: code }),
    ),
  );
}

/** The core group is the empty text, and stands in no event. */
function groupTest(test: FieldTest): Leafed | null {
  const path = 'objectRef.apiGroup';
  const core = allOf(missing(path), IS_RESOURCE);
  switch (test.kind) {
    case 'equals':
      return exactly(test.value === '' ? core : is(path, String(test.value)));
    case 'in': {
      const named = test.values.filter((value) => value !== '');
      return exactly(anyOf(is(path, ...named), ...(named.length < test.values.length ? [core] : [])));
    }
    case 'absent':
      return exactly(missing('objectRef.resource'));
    case 'glob':
      return exactly(
        /^\**$/.test(test.pattern)
          ? anyOf(like(path, test.pattern, test.ignoreCase), core)
          : plain(test, path),
      );
    default:
      return null;
  }
}

/** A namespace stands in none, though the server repeats its name there. */
function namespaceTest(test: FieldTest): Leafed | null {
  const path = 'objectRef.namespace';
  if (test.kind === 'absent') return loosely(anyOf(missing(path), IS_NAMESPACE));
  return loosely(plain(test, path));
}

/** Of what is made, the name may stand in the bodies alone; of what is no object, the path is the name. */
function nameTest(test: FieldTest): Leafed | null {
  const path = 'objectRef.name';
  const isNoObject = mayBePath(test) ? [missing('objectRef.resource')] : [];
  const unnamed = (...made: readonly EventTest[]) =>
    allOf(missing(path), NOT_RECEIVED, anyOf(allOf(is('verb', 'create'), ...made), ...isNoObject));
  // Of a creation that has no outcome, nobody knows.
  const isKnown = anyOf(no(is('verb', 'create')), NOT_RECEIVED);
  if (test.kind === 'absent') return loosely(allOf(missing(path), isKnown));
  const named = plain(test, path);
  if (named === null) return null;
  const of = (...made: readonly EventTest[]) => anyOf(named, unnamed(...made));
  const looser = isNoObject.length > 0 ? [] : [anyOf(named, is('verb', 'create'))];
  return { test: of(...HAS_BODIES), isExact: false, else: [of(HAS_BODIES[0]), of(), ...looser] };
}

/** Else its bodies are not logged, or are not those of what was made. */
const HAS_BODIES = [no(is('level', 'Metadata')), missing('objectRef.subresource')] as const;

function mayBePath(test: FieldTest): boolean {
  if (test.kind === 'glob') return /^[*?/]/.test(test.pattern);
  const values = test.kind === 'equals' ? [String(test.value)] : test.kind === 'in' ? test.values : [];
  return values.some((value) => value.startsWith('/'));
}

/** event/actor.ts says which of these is the session. */
function sessionTest(test: FieldTest): EventTest | null {
  const tests = ['user', 'impersonatedUser'].flatMap((user) => [
    ...SESSION_EXTRAS.map((key) => plain(test, `${user}.extra.${key}`)),
    lastPart(test, `${user}.extra.arn`),
  ]);
  const of = tests.filter((one) => one !== null);
  return of.length === tests.length ? anyOf(...of) : null;
}

const SESSION_EXTRAS = ['sessionName', 'username', 'preferred_username', 'email', 'upn'];

/** `arn:aws:sts::1234:assumed-role/admins/alice` → alice. */
function lastPart(test: FieldTest, path: EventPath): EventTest | null {
  if (test.kind === 'glob') return like(path, `*/${test.pattern}`, test.ignoreCase);
  const values = test.kind === 'equals' ? [String(test.value)] : test.kind === 'in' ? test.values : null;
  return values === null ? null : anyOf(...values.map((value) => like(path, `*/${escaped(value)}`)));
}

/** What a pattern takes for a wildcard, it cannot name: one character, whichever. */
function escaped(value: string): string {
  return value.replaceAll('*', '?');
}

/** Any address of the chain: the last one is what counts. */
function addressTest(test: FieldTest): Leafed | null {
  const path = 'sourceIPs';
  if (test.kind !== 'fromNetwork') return exactly(plain(test, path));
  const [, address = '', bits = ''] = /^([\d.]+)\/(\d+)$/.exec(test.cidr) ?? [];
  if (address === '') return null;
  const octets = address.split('.');
  const whole = Math.floor(Number(bits) / 8);
  if (whole === 0) return null;
  // An IPv4 address may stand there in IPv6's form.
  const wanted = whole === 4 ? address : `${octets.slice(0, whole).join('.')}.*`;
  return loosely(anyOf(whole === 4 ? is(path, wanted) : like(path, wanted), like(path, '*:*.*')));
}
