/** Which requests a finding is about: as a predicate, as the flags of a command that shows them, and what they have in common. */
import type { Actor } from '../../event/actor.ts';
import { actorOf, kindOfUser } from '../../event/actor.ts';
import { formatMicros } from '../../event/micros.ts';
import type { AuditRequest } from '../../event/request.ts';
import { REDACTED } from '../../event/secret-names.ts';
import { flagText, shellQuoted } from '../../event/shell.ts';
import { type Target, targetOf } from '../../event/target.ts';
import { matches } from '../../query/matches.ts';
import { absent, all, any, equals, type Field, glob, oneOf, type Predicate } from '../../query/predicate.ts';
import { Newest } from '../failed-auth/newest.ts';
import { TextCounts } from '../failed-auth/smallest-keys.ts';
import type { Candidate } from './candidate.ts';
import { CONNECTIONS, HOLDERS, type SeenActor } from './seen.ts';

/** PRODUCT §4. */
const AUDIT_IDS = 20;
const ADDRESSES = 256;

export class Requests {
  readonly candidate: Candidate;
  readonly predicate: Predicate;
  count = 0;
  firstUs: number | null = null;
  lastUs: number | null = null;
  who: Actor | null = null;
  object: Target | null = null;
  readonly addresses = new TextCounts(ADDRESSES);
  readonly #newest = new Newest<string>(AUDIT_IDS);

  constructor(candidate: Candidate) {
    this.candidate = candidate;
    this.predicate = predicateOf(candidate);
  }

  /** Whether it is one of them. */
  add({ event, key, receivedUs }: AuditRequest): void {
    const { fromUs, toUs } = this.candidate.evidence;
    if (
      receivedUs !== null &&
      ((fromUs !== null && receivedUs < fromUs) || (toUs !== null && receivedUs >= toUs))
    )
      return;
    if (!matches(event, this.predicate)) return;
    this.who = this.count === 0 ? actorOf(event) : shared(this.who, actorOf(event));
    const target = targetOf(event);
    this.object = this.count === 0 ? { ...target, uid: null } : sharedTarget(this.object, target);
    this.count++;
    const ip = event.sourceIPs.at(-1);
    if (ip !== undefined) this.addresses.add(ip);
    this.#newest.add(receivedUs ?? 0, key, event.auditID);
    if (receivedUs === null) return;
    this.firstUs = Math.min(this.firstUs ?? receivedUs, receivedUs);
    this.lastUs = Math.max(this.lastUs ?? receivedUs, receivedUs);
  }

  /** Newest first. */
  auditIDs(): string[] {
    return [...new Set(this.#newest.values())];
  }
}

/** The actor as far as counts tell it. */
export function actorOfSeen({ user, session, as }: SeenActor): Actor {
  return { user, as, groups: [], kind: kindOfUser(user), session, credential: null, pod: null, node: null };
}

export const BULK: Predicate = all(
  any(
    all(
      oneOf('verb', ['get', 'list']),
      oneOf('objectRef.resource', HOLDERS),
      absent('objectRef.subresource'),
    ),
    oneOf('objectRef.subresource', CONNECTIONS),
  ),
);

/** Pages of a list, behind the first one. */
export const PAGES: Predicate = all(equals('verb', 'list'), glob('requestURI', '*continue=*'));

function predicateOf({ habits, evidence }: Candidate): Predicate {
  const { user, session, as } = habits.actor.seen;
  const { facet, value, isBulk } = evidence;
  return all(
    named('user.username', user),
    as === null ? absent('impersonatedUser.username') : named('impersonatedUser.username', as),
    ...(session === null ? [] : [named('session', session)]),
    ...(facet === null || value === null ? [] : [facetPredicate(facet, value)]),
    ...(isBulk ? [BULK] : []),
  );
}

/** What was generalised, or masked, is any of the like. */
function named(field: Field, name: string | null): Predicate {
  if (name === null) return absent(field);
  return /[*?]/.test(name) || name.includes(REDACTED)
    ? glob(field, name.replaceAll(REDACTED, '*'))
    : equals(field, name);
}

function facetPredicate(facet: NonNullable<Candidate['evidence']['facet']>, value: string): Predicate {
  switch (facet) {
    case 'network':
      return { kind: 'fromNetwork', cidr: value };
    case 'namespace':
      return named('objectRef.namespace', value);
    case 'client':
      return value === NO_CLIENT ? absent('userAgent') : glob('userAgent', `${value}*`);
    case 'action': {
      const { verb, resource, group, subresource } = actionOf(value);
      if (resource === null) return all(equals('verb', verb), absent('objectRef.resource'));
      return all(
        equals('verb', verb),
        equals('objectRef.resource', resource),
        group === null
          ? any(absent('objectRef.apiGroup'), equals('objectRef.apiGroup', ''))
          : equals('objectRef.apiGroup', group),
        subresource === null ? absent('objectRef.subresource') : equals('objectRef.subresource', subresource),
      );
    }
  }
}

const NO_CLIENT = 'no user agent';

interface Action {
  readonly verb: string;
  readonly resource: string | null;
  /** Null: the core group. */
  readonly group: string | null;
  readonly subresource: string | null;
}

/** As seen.ts wrote it: `patch deployments.apps/scale`, `list secrets of all namespaces`, `get a URL`. */
function actionOf(text: string): Action {
  const [verb = '', type = '', second] = text.split(' ');
  if (type === 'a' && second === 'URL') return { verb, resource: null, group: null, subresource: null };
  const [full = '', subresource = null] = type.split('/');
  const dot = full.indexOf('.');
  return {
    verb,
    resource: dot < 0 ? full : full.slice(0, dot),
    group: dot < 0 ? null : full.slice(dot + 1),
    subresource,
  };
}

/** After `kubectl audit`: `who-did touch secrets -A --by alice --verb get …`, without where from. */
export function showCommand(
  { habits, evidence }: Candidate,
  sinceUs: number,
  untilUs: number | null,
): string {
  const { user, as } = habits.actor.seen;
  const { facet, value, isBulk, fromUs, toUs } = evidence;
  const name = as ?? user;
  const words: string[] = [];
  const flags: string[] = [];
  if (name !== null && isPlain(name)) flags.push(flagText('by', name));
  if (facet === 'network' && value !== null) flags.push(flagText('from-ip', value));
  if (facet === 'client' && value !== null && value !== NO_CLIENT && isPlain(value))
    flags.push(flagText('user-agent', `${value}*`));
  if (facet === 'namespace' && value !== null && /^[a-z0-9-]+$/.test(value)) flags.push(` -n ${value}`);
  if (facet === 'action' && value !== null && isPlain(value)) {
    const { verb, resource, group, subresource } = actionOf(value);
    if (resource !== null) words.push(` ${shellQuoted(group === null ? resource : `${resource}.${group}`)}`);
    if (/^[a-z]+$/.test(verb)) flags.push(flagText('verb', verb));
    if (subresource !== null) flags.push(flagText('subresource', subresource));
  }
  if (isBulk)
    flags.push(
      flagText(
        'where',
        `objectRef.resource in ["secrets","configmaps"] || objectRef.subresource in ["exec","attach","portforward"]`,
      ),
    );
  const place = flags.some((flag) => flag.startsWith(' -n ')) ? '' : ' -A';
  const from = Math.max(sinceUs, fromUs ?? sinceUs);
  const to = toUs === null ? untilUs : Math.min(toUs, untilUs ?? toUs);
  const until = to === null ? '' : flagText('until', formatMicros(to));
  return `who-did touch${words.join('')}${place}${flags.join('')}${flagText('since', formatMicros(from))}${until}`;
}

/** Can be typed as it is: nothing is masked in it, and nothing that a terminal would act on. */
function isPlain(text: string): boolean {
  return !text.includes(REDACTED) && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text);
}

/** What both have in common; null where they differ. */
export function shared(a: Actor | null, b: Actor): Actor {
  if (a === null) return b;
  return {
    ...a,
    user: a.user === b.user ? a.user : null,
    as: a.as === b.as ? a.as : null,
    session: a.session === b.session ? a.session : null,
    groups: a.groups.filter((group) => b.groups.includes(group)),
    credential: a.credential === b.credential ? a.credential : null,
    pod: a.pod === b.pod ? a.pod : null,
    node: a.node === b.node ? a.node : null,
  };
}

/** Null where they differ. */
export function sharedTarget(a: Target | null, b: Target): Target | null {
  if (a === null) return null;
  const same = <K extends keyof Target>(key: K): Target[K] | null => (a[key] === b[key] ? a[key] : null);
  if (a.group !== b.group || a.resource !== b.resource) return null;
  return {
    ...{ group: a.group, resource: a.resource, subresource: same('subresource') },
    ...{ namespace: same('namespace'), name: same('name'), uid: null },
  };
}
