/** Where an actor's other names would be found: what is read next, each lead once. */
import { cidrOfAddress } from '../../../query/networks.ts';
import { all, any, equals, not, oneOf, type Predicate } from '../../../query/predicate.ts';
import { isOfControlPlane } from '../../cause-chain/controllers.ts';
import type { Fact } from '../../fact/fact.ts';
import { HOUSEKEEPING } from '../housekeeping.ts';
import { accessOf, accountUser, shownBy } from './access.ts';
import type { Told } from './story.ts';

/** Followed of one story. */
const MOST_ADDRESSES = 20;
const MOST_ACCOUNTS = 200;
const MOST_SESSIONS = 5;

export class Leads {
  readonly #followed = new Set<string>();
  /** Leads that were too many to follow. */
  left = 0;

  /** Null: none that is new. `revealed`: who stands behind a name that was asked about. */
  next(core: readonly Fact[], { members, addresses }: Told, revealed: readonly string[]): Predicate | null {
    const facts = [...core, ...[...members.values()].map(({ fact }) => fact)];
    const parts = [
      ...this.#new('user', revealed, MOST_ACCOUNTS, (user) => equals('user.username', user)),
      ...this.#new('session', sessionsOf(facts), MOST_SESSIONS, (session) => equals('session', session)),
      ...this.#new('issue', credentialsOf(facts), MOST_ACCOUNTS, issuesTo),
      ...this.#new('ip', [...addresses].filter(isAddress), MOST_ADDRESSES, fromAddress),
      ...this.#new('space', spacesOf(facts), MOST_ACCOUNTS, accessesIn),
    ];
    // Whose token was taken may be one of the cluster's own: what they did with it is no housekeeping.
    const taken = this.#new('token', tokensOf(facts), MOST_ACCOUNTS, (token) =>
      equals('user.username', token.split(' ')[0] ?? ''),
    );
    if (parts.length === 0 && taken.length === 0) return null;
    return any(...taken, all(any(...parts), not(HOUSEKEEPING)));
  }

  #new(
    kind: string,
    names: readonly string[],
    most: number,
    predicateOf: (name: string) => Predicate,
  ): readonly Predicate[] {
    return names.flatMap((name) => {
      const lead = `${kind} ${name}`;
      if (this.#followed.has(lead)) return [];
      if ([...this.#followed].filter((one) => one.startsWith(`${kind} `)).length >= most) {
        this.left++;
        return [];
      }
      this.#followed.add(lead);
      return [predicateOf(name)];
    });
  }
}

function isAddress(text: string): boolean {
  return cidrOfAddress(text) !== null;
}

function fromAddress(address: string): Predicate {
  return { kind: 'fromNetwork', cidr: cidrOfAddress(address) ?? address };
}

/** Tokens that were taken, after whose they are: each may have been used. */
function tokensOf(facts: readonly Fact[]): readonly string[] {
  const tokens = facts.flatMap((fact) => {
    const access = accessOf(fact);
    return access?.kind === 'token' ? [`${accountUser(access.account)} ${access.issued}`] : [];
  });
  return [...new Set(tokens)];
}

function sessionsOf(facts: readonly Fact[]): readonly string[] {
  return [...new Set(facts.flatMap(({ row: { who } }) => who.session ?? []))];
}

/** Service accounts that showed a token's id. */
function credentialsOf(facts: readonly Fact[]): readonly string[] {
  const users = facts.flatMap((fact) => {
    const shown = shownBy(fact);
    return shown?.credential == null || isOfControlPlane(fact) ? [] : [accountUser(shown.account)];
  });
  return [...new Set(users)];
}

function issuesTo(user: string): Predicate {
  const [, , namespace = '', name = ''] = user.split(':');
  return all(
    equals('objectRef.resource', 'serviceaccounts'),
    equals('objectRef.subresource', 'token'),
    equals('objectRef.namespace', namespace),
    equals('objectRef.name', name),
    equals('verb', 'create'),
  );
}

/** Namespaces in which a token may have come into their hands otherwise than by being issued. */
function spacesOf(facts: readonly Fact[]): readonly string[] {
  const spaces = facts.flatMap((fact) => {
    const access = accessOf(fact);
    if (access === null || shownBy(fact)?.pod != null) return [];
    if (access.kind === 'token') return access.issued === null ? [access.account.namespace] : [];
    return access.kind === 'account' ? [access.account.namespace] : (access.namespace ?? []);
  });
  return [...new Set(spaces)];
}

/** Who else could have had them. */
function accessesIn(namespace: string): Predicate {
  return all(
    equals('objectRef.namespace', namespace),
    any(
      all(equals('objectRef.resource', 'serviceaccounts'), equals('verb', 'create')),
      all(equals('objectRef.resource', 'secrets'), oneOf('verb', ['get', 'list', 'watch'])),
      all(
        equals('objectRef.resource', 'pods'),
        oneOf('objectRef.subresource', ['exec', 'attach', 'ephemeralcontainers']),
      ),
    ),
  );
}
