/** A condition as it is written in a rule file → a predicate. */
import type { KeyPath, Places } from '../../config/places.ts';
import { UserError } from '../../errors.ts';
import { humans, named, parseBy, parseOnlyBy } from '../../query/by.ts';
import { compileExpression } from '../../query/cel.ts';
import { parseCodes } from '../../query/codes.ts';
import { didYouMean } from '../../query/nearest.ts';
import { parseNetwork } from '../../query/networks.ts';
import {
  absent,
  all,
  any,
  EVERYTHING,
  equals,
  type Field,
  not,
  oneOf,
  type Predicate,
} from '../../query/predicate.ts';
import { parseUserAgent } from '../../query/user-agent.ts';
import { controlPlane } from './control-plane.ts';
import { deedPredicate, isThrough } from './deeds.ts';
import { refusedBy, withOutcome } from './outcomes.ts';
import { resourcePredicates } from './resources.ts';
import { RULE_FUNCTIONS } from './rule-functions.ts';
import type { ConditionText } from './rules-schema.ts';

/** Dry runs, and what did not come to pass, are left out unless the condition speaks of them. Throws UserError AUDIT_BAD_RULE. */
export async function conditionOf(text: ConditionText, path: KeyPath, places: Places): Promise<Predicate> {
  if (Object.keys(text).length === 0)
    throw places.refuse(path, 'a condition with nothing in it', 'did: touch is anything');
  const whole = await innerOf(text, path, places);
  return all(
    speaksOf(text, OUTCOME_KEYS) || readsStatus(whole) ? EVERYTHING : withOutcome('done'),
    speaksOf(text, ['dryRun']) ? EVERYTHING : equals('dryRun', false),
    whole,
  );
}

const OUTCOME_KEYS: readonly (keyof ConditionText)[] = ['outcome', 'code', 'deniedBy'];

function speaksOf(text: ConditionText, keys: readonly (keyof ConditionText)[]): boolean {
  if (keys.some((key) => text[key] !== undefined)) return true;
  return innerTexts(text).some((inner) => speaksOf(inner, keys));
}

function innerTexts({ any: some = [], all: each = [], not: none = [] }: ConditionText) {
  return [...some, ...each, ...listOf(none)];
}

function listOf(of: ConditionText | readonly ConditionText[]): readonly ConditionText[] {
  return Array.isArray(of) ? (of as readonly ConditionText[]) : [of as ConditionText];
}

function readsStatus(predicate: Predicate): boolean {
  if (predicate.kind === 'all' || predicate.kind === 'any') return predicate.of.some(readsStatus);
  if (predicate.kind === 'not') return readsStatus(predicate.of);
  return predicate.kind === 'cel' && predicate.holds.names.has('responseStatus');
}

async function innerOf(text: ConditionText, path: KeyPath, places: Places): Promise<Predicate> {
  const under = (key: keyof ConditionText, n?: number): KeyPath =>
    n === undefined ? [...path, key] : [...path, key, n];
  const anyOf = (
    key: keyof ConditionText,
    of: readonly string[] | undefined,
    parse: (one: string) => Predicate,
  ) =>
    of === undefined ? EVERYTHING : any(...of.map((one) => placed(() => parse(one), under(key), places)));
  const noneOf = (
    key: keyof ConditionText,
    of: readonly string[] | undefined,
    parse: (one: string) => Predicate,
  ) => (of === undefined ? EVERYTHING : not(anyOf(key, of, parse)));
  const goesThrough = text.did?.some(isThrough) === true;
  return all(
    anyOf('did', text.did, deedPredicate),
    text.verb === undefined
      ? EVERYTHING
      : oneOf(
          'verb',
          text.verb.map((verb) => placed(() => verbOf(verb), under('verb'), places)),
        ),
    anyOf('resource', text.resource, (type) => resourcePredicates(type, goesThrough)),
    anyOf('namespace', text.namespace, (name) => named('objectRef.namespace', name)),
    anyOf('name', text.name, (name) => named('objectRef.name', name)),
    presence('objectRef.namespace', text.namespaced),
    presence('objectRef.name', text.named),
    anyOf('path', text.path, (pattern) => all(absent('objectRef.resource'), named('requestPath', pattern))),
    anyOf('by', text.by, (who) => withoutSessions(parseBy(who))),
    noneOf('notBy', text.notBy, parseOnlyBy),
    text.humans === true ? humans() : EVERYTHING,
    text.controlPlane === 'exclude' ? not(controlPlane()) : EVERYTHING,
    anyOf('code', text.code, parseCodes),
    text.outcome === undefined ? EVERYTHING : withOutcome(text.outcome),
    text.deniedBy === undefined ? EVERYTHING : any(...text.deniedBy.map(refusedBy)),
    anyOf('fromIP', text.fromIP, (cidr) => ({ kind: 'fromNetwork', cidr: parseNetwork(cidr).cidr })),
    anyOf('userAgent', text.userAgent, parseUserAgent),
    text.dryRun === 'only' ? equals('dryRun', true) : EVERYTHING,
    ...Object.entries(text.annotation ?? {}).map(([key, patterns]) =>
      any(...patterns.map((pattern) => named('annotations', `${key}=${pattern}`))),
    ),
    ...(await Promise.all((text.all ?? []).map((one, n) => innerOf(one, under('all', n), places)))),
    text.any === undefined
      ? EVERYTHING
      : any(...(await Promise.all(text.any.map((one, n) => innerOf(one, under('any', n), places))))),
    ...(await Promise.all(
      (text.not === undefined ? [] : listOf(text.not)).map(async (one, n) =>
        not(await innerOf(one, Array.isArray(text.not) ? under('not', n) : under('not'), places)),
      ),
    )),
    // Last: it costs most.
    text.where === undefined ? EVERYTHING : await whereOf(text.where, under('where'), places),
  );
}

function presence(field: Field, isThere: boolean | undefined): Predicate {
  if (isThere === undefined) return EVERYTHING;
  return all(not(absent('objectRef.resource')), isThere ? not(absent(field)) : absent(field));
}

const VERBS = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'proxy'],
  ...['post', 'put', 'head', 'options', 'connect', 'trace'],
];

function verbOf(verb: string): string {
  if (VERBS.includes(verb)) return verb;
  throw new UserError(
    'AUDIT_BAD_RULE',
    `${JSON.stringify(verb)} is no verb of the API${didYouMean(verb, VERBS)}`,
    { hint: `one of ${VERBS.join(', ')}; words of the trade (exec, bind, evict) are did:` },
  );
}

async function whereOf(text: string, path: KeyPath, places: Places): Promise<Predicate> {
  try {
    return await compileExpression(text, RULE_FUNCTIONS);
  } catch (error) {
    throw atPlace(error, path, places);
  }
}

function placed<T>(parse: () => T, path: KeyPath, places: Places): T {
  try {
    return parse();
  } catch (error) {
    throw atPlace(error, path, places);
  }
}

/** Errors of what a flag's value could be as well. */
export function atPlace(error: unknown, path: KeyPath, places: Places): unknown {
  if (!(error instanceof UserError)) return error;
  return places.refuse(path, error.message.replace(/^--where: /, ''), error.hint);
}

/** A session is a person's name behind a shared login: no name of the system's own is one. */
function withoutSessions(who: Predicate): Predicate {
  if (who.kind !== 'any') return who;
  const isOfSystem = (text: string): boolean => text.startsWith('system:');
  return any(
    ...who.of.map(withoutSessions).filter((part) => {
      if (part.kind === 'equals' && part.field === 'session') return !isOfSystem(String(part.value));
      return !(part.kind === 'glob' && part.field === 'session' && isOfSystem(part.pattern));
    }),
  );
}
