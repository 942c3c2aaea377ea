/**
 * Signs that refusals are more than a missing right. Found over all 401s and 403s of the window, whatever the rows are
 * filtered by: who scans one namespace after another does not look like it in any one of them.
 * Each threshold stands above what a harmless client does.
 */
import type { AuditEvent } from '../../event/event.ts';
import { type DeadToken, DeadTokens } from './dead-tokens.ts';
import { groupKeys, type RefusalGroup } from './failed-auth-group.ts';
import type { Refusal } from './refusal.ts';
import type { Sign } from './signs.ts';
import { SmallestKeys } from './smallest-keys.ts';
import { TimeCounts } from './time-counts.ts';

/**
 * kubectl asks for discovery five times in 10 ms and stops: one moment. Panther and CrowdSec alert at 10 in half an hour
 * and 5 at once; a person who tries again with an expired login does so some ten times, so twice that.
 */
const GUESSES = 20;
const GUESSING_US = 60 * 1_000_000;
/** Identities refused from an address at which logins fail too, at three moments or more. A shared workplace has two or three. */
const IDENTITIES_GUESSED = 5;
const GUESSES_WITH_IDENTITIES = 3;
/** `kubectl get all` asks for 10 kinds at once, Elastic alerts at 3 to 5: half as many again as kubectl's. */
const KINDS_SCANNED = 15;
/** One right missing in every namespace is a controller's misfortune; three kinds over this many places is a search. */
const PLACES_SCANNED = 30;
const KINDS_IN_PLACES = 3;
const SCANNING_US = 10 * 60 * 1_000_000;
/** Paths that no client of Kubernetes asks for: what scanners of the web try first. */
const BAIT =
  /^\/(?:\.env|\.git|\.aws|wp-|phpmyadmin|cgi-bin|actuator|solr|struts|manager\/html|vendor\/phpunit|boaform|hudson|_ignition)/i;

/** A client that lists what it may not list often tries to watch or get it too: one kind of thing. */
const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

const MAX_ADDRESSES = 5000;
const MAX_IDENTITIES = 2000;
const MAX_ASKED = 200;

interface Address {
  readonly failedLogins: TimeCounts;
  readonly identities: SmallestKeys<true>;
}

interface Asker {
  /** When first refused, by verb and resource, and by verb, resource and namespace. */
  readonly kinds: SmallestKeys<number>;
  readonly places: SmallestKeys<number>;
  askedForBait: boolean;
}

interface Conclusion {
  /** Addresses, and keys of askers. */
  readonly guessing: ReadonlySet<string>;
  readonly scanning: ReadonlySet<string>;
  readonly dead: ReadonlyMap<string, DeadToken>;
}

export class SignFinder {
  readonly #addresses = new SmallestKeys<Address>(MAX_ADDRESSES);
  readonly #askers = new SmallestKeys<Asker>(MAX_IDENTITIES);
  readonly #deadTokens = new DeadTokens();
  /** What follows from all that was added; null: to be found anew. */
  #conclusion: Conclusion | null = null;

  /** A successful deletion of one service account or of a namespace's. */
  addDeletion(event: AuditEvent): void {
    this.#deadTokens.deleted(event);
    this.#conclusion = null;
  }

  add(refusal: Refusal): void {
    if (refusal.class !== 'unauthenticated' && refusal.class !== 'rbac') return;
    const { identity, target } = groupKeys(refusal);
    this.#deadTokens.add(refusal, `${identity}${target}`);
    this.#conclusion = null;
    this.#addAddress(refusal);
    const asker = this.#askers.at(askerOf(refusal, refusal.row.from.ip), newAsker);
    if (asker === null || refusal.atUs === null) return;
    const { group, resource, subresource, namespace } = refusal.what;
    // For a URL the path that was asked for is the kind.
    const kind = [
      READS.has(refusal.verb) ? 'read' : refusal.verb,
      group,
      resource,
      subresource,
      resource === null ? refusal.name : null,
    ];
    earliest(asker.kinds, JSON.stringify(kind), refusal.atUs);
    earliest(asker.places, JSON.stringify([...kind, namespace]), refusal.atUs);
    if (resource === null && BAIT.test(refusal.name ?? '')) asker.askedForBait = true;
  }

  signsOf(group: RefusalGroup): Sign[] {
    const signs: Sign[] = [];
    if (this.#isGuessed(group)) signs.push('guessing');
    if (this.#isScanned(group)) signs.push('scanning');
    if (this.deadTokenOf(group) !== null) signs.push('token-of-deleted-account');
    if (group.class === 'escalation') {
      const isActing = group.verbs().some((verb) => verb.startsWith('impersonate'));
      signs.push(isActing ? 'impersonation-attempt' : 'escalation-attempt');
    }
    return signs;
  }

  deadTokenOf(group: RefusalGroup): DeadToken | null {
    return this.#concluded().dead.get(group.key) ?? null;
  }

  #concluded(): Conclusion {
    this.#conclusion ??= {
      guessing: keysOf(this.#addresses, isGuessing),
      scanning: keysOf(this.#askers, isScanning),
      dead: this.#deadTokens.byRow(),
    };
    return this.#conclusion;
  }

  #addAddress({ row, atUs, class: by }: Refusal): void {
    const { ip } = row.from;
    // The API server's own machine: a proxy, a tunnel, konnectivity. It stands for no client.
    if (ip === null || ip.startsWith('127.') || ip === '::1') return;
    const address = this.#addresses.at(ip, newAddress);
    if (address === null) return;
    if (by === 'unauthenticated' && atUs !== null) address.failedLogins.add(atUs);
    const { user, as, session } = row.who;
    if (user !== null) address.identities.set(JSON.stringify([user, as, session]), true);
  }

  /** Addresses that guess. */
  guessingAddresses(): string[] {
    return [...this.#concluded().guessing];
  }

  /**
   * Failed logins from one such address among many others; what RBAC refused, from such addresses for the most part: one
   * that is shared does not make a suspect of everybody.
   */
  #isGuessed(group: RefusalGroup): boolean {
    const { guessing } = this.#concluded();
    if (group.class === 'unauthenticated') return group.addresses.texts().some((ip) => guessing.has(ip));
    if (group.class !== 'rbac') return false;
    let suspicious = 0;
    for (const [ip, count] of group.addresses.top()) if (guessing.has(ip)) suspicious += count;
    return suspicious * 2 > group.count;
  }

  #isScanned(group: RefusalGroup): boolean {
    if (group.class !== 'unauthenticated' && group.class !== 'rbac') return false;
    const askers = isNobody(group.who)
      ? group.addresses.texts().map((ip) => askerKey(group.who, ip))
      : [askerKey(group.who, null)];
    const { scanning } = this.#concluded();
    return askers.some((key) => scanning.has(key));
  }
}

function keysOf<V>(values: SmallestKeys<V>, isSuch: (value: V) => boolean): ReadonlySet<string> {
  return new Set(values.entries().flatMap(([key, value]) => (isSuch(value) ? [key] : [])));
}

function isGuessing({ failedLogins, identities }: Address): boolean {
  const { moments, firstUs, lastUs } = failedLogins;
  if (firstUs === null || lastUs === null) return false;
  if (identities.size >= IDENTITIES_GUESSED && moments >= GUESSES_WITH_IDENTITIES) return true;
  return moments >= GUESSES && lastUs - firstUs >= GUESSING_US;
}

function isScanning(asker: Asker): boolean {
  if (asker.askedForBait || mostWithin(asker.kinds, SCANNING_US) >= KINDS_SCANNED) return true;
  return (
    mostWithin(asker.places, SCANNING_US) >= PLACES_SCANNED &&
    mostWithin(asker.kinds, SCANNING_US) >= KINDS_IN_PLACES
  );
}

/** The most that began within so long a time of one another. */
function mostWithin(first: SmallestKeys<number>, spanUs: number): number {
  const times = first
    .entries()
    .map(([, atUs]) => atUs)
    .sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (let to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) > spanUs) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** All strangers share one name, and so does nobody: there, the address tells them apart. */
function askerOf(refusal: Refusal, ip: string | null): string {
  return askerKey(refusal.row.who, isNobody(refusal.row.who) ? ip : null);
}

function askerKey(who: RefusalGroup['who'], ip: string | null): string {
  return JSON.stringify([who.user, who.as, who.session, ip]);
}

function isNobody({ user, as, kind }: RefusalGroup['who']): boolean {
  return user === null || (kind === 'anonymous' && as === null);
}

function earliest(first: SmallestKeys<number>, key: string, atUs: number): void {
  first.set(key, Math.min(first.get(key) ?? atUs, atUs));
}

function newAddress(): Address {
  return {
    failedLogins: new TimeCounts(),
    identities: new SmallestKeys<true>(IDENTITIES_GUESSED),
  };
}

function newAsker(): Asker {
  return {
    kinds: new SmallestKeys<number>(MAX_ASKED),
    places: new SmallestKeys<number>(MAX_ASKED),
    askedForBait: false,
  };
}
