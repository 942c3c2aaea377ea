/**
 * One actor under several names: whoever was asked about, and the credentials that they can be shown to have used besides.
 * Proof is a token that was issued to them, and the name they sent a request under. Likely is a service account's token that
 * they could have had, used from where they act and from where it was never used before, when nobody else who acts from there
 * could have had it. An address or a client alone is no tie: at a jump host everybody shares both.
 */
import { actorName } from '../../cause-chain/actor-name.ts';
import { isOfControlPlane } from '../../cause-chain/controllers.ts';
import type { Link } from '../../cause-chain/finding.ts';
import { byTime, type Fact } from '../../fact/fact.ts';
import { KeptFacts } from '../../fact/kept-facts.ts';
import type { Alias } from '../timeline-row.ts';
import { type Access, accessOf, accessWords, opens, type Shown, shownBy } from './access.ts';
import { Neighbours } from './neighbours.ts';
import { Behind } from './revealed.ts';
import { bySession, onlySession } from './same-session.ts';

export interface Member {
  readonly fact: Fact;
  readonly alias: Alias;
  /** What put the credential into their hands; null: the request itself tells. */
  readonly evidence: Fact | null;
}

/** Credentials that could be theirs, and why they are not taken for theirs. */
export interface Doubt {
  readonly name: string;
  readonly address: string;
  readonly count: number;
  readonly why: string;
}

export interface Told {
  /** By `Fact.key`; of those asked about only the ones that go by another name. */
  readonly members: ReadonlyMap<string, Member>;
  readonly doubts: readonly Doubt[];
  /** Where they act from. */
  readonly addresses: ReadonlySet<string>;
  /** To whom credentials were issued: by their ids, as later requests carry them. */
  readonly issues: ReadonlyMap<string, Fact>;
}

interface Held {
  readonly access: Access;
  readonly fact: Fact;
}

/** Rounds of finding more through what was found. */
const MOST_TURNS = 10;

export class Story {
  /** Of others: what service accounts did, and what put a credential into somebody's hands. */
  readonly others = new KeptFacts();
  readonly neighbours = new Neighbours();
  /** Who stands behind a name that was asked about. */
  readonly behind = new Behind();

  /** `passes`: it would be a row. */
  add(fact: Fact, passes: boolean): void {
    this.neighbours.add(fact);
    const mayBeBehind = this.behind.add(fact);
    if (mayBeBehind || shownBy(fact) !== null || accessOf(fact) !== null || fact.row.who.session !== null)
      this.others.add(fact, passes);
  }

  /** `core`: of whom was asked about. */
  tell(core: readonly Fact[]): Told {
    const members = new Map<string, Member>();
    for (const fact of core) {
      const alias = ownAlias(fact);
      if (alias !== null) members.set(fact.key, { fact, alias, evidence: null });
    }
    const own = new Map(core.map((fact) => [fact.key, fact]));
    const others = this.others.inOrder(byTime).filter((fact) => !own.has(fact.key));
    let doubts: readonly Doubt[] = [];
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const found = this.#joining(
        [...own.values()],
        others.filter((fact) => !own.has(fact.key)),
      );
      doubts = found.doubts;
      if (found.members.length === 0) break;
      for (const member of found.members) {
        own.set(member.fact.key, member.fact);
        members.set(member.fact.key, member);
      }
    }
    const issues = issuesOf(
      heldBy([...others, ...own.values()]).filter(({ fact }) => !isOfControlPlane(fact)),
    );
    return { members, doubts, addresses: addressesOf(own.values()), issues };
  }

  #joining(own: readonly Fact[], others: readonly Fact[]): { members: Member[]; doubts: readonly Doubt[] } {
    const held = heldBy(own);
    const rivals = heldBy(others);
    const [mine, theirs] = [issuesOf(held), issuesOf(rivals.filter(({ fact }) => !isOfControlPlane(fact)))];
    const around: Around = {
      held: opening(held, () => true),
      rivals: opening(rivals, ({ fact }) => !isOfControlPlane(fact)),
      addresses: addressesOf(own),
      firstUses: firstUses([...own, ...others]),
    };
    const session = onlySession(own);
    const members: Member[] = [];
    const doubts = new Map<string, Doubt>();
    const take = (found: Member | Doubt): void => {
      if ('evidence' in found) members.push(found);
      else doubts.set(`${found.name} ${found.address} ${found.why}`, addUp(doubts, found));
    };
    for (const fact of others) {
      const behind = this.behind.tieOf(fact);
      if (behind !== null) take(behind);
      if (behind !== null && 'evidence' in behind) continue;
      const shown = shownBy(fact);
      if (shown === null) {
        const tied = session === null ? null : bySession(fact, session, around.addresses, own);
        if (tied !== null) take(tied);
        continue;
      }
      const issue = mine.get(shown.credential ?? '');
      if (issue !== undefined) {
        members.push(issuedTo(issue, fact, shown));
        continue;
      }
      const likely = theirs.has(shown.credential ?? '') ? null : this.#likely(fact, shown, around);
      if (likely !== null) take(likely);
    }
    return { members, doubts: [...doubts.values()] };
  }

  #likely(fact: Fact, shown: Shown, { held, rivals, addresses, firstUses }: Around): Member | Doubt | null {
    const { ip } = fact.row.from;
    if (ip === null || !addresses.has(ip) || isOfControlPlane(fact)) return null;
    const before = held(shown).filter((one) => one.fact.atUs <= fact.atUs);
    const [first] = before;
    const last = before.findLast(({ access }) => opens(access, shown) === 'well') ?? before.at(-1);
    if (first === undefined || last === undefined) return null;
    const doubt = (why: string): Doubt => ({ name: actorName(fact.row.who), address: ip, count: 1, why });
    const firstUs = firstUses.get(useKey(shown, ip));
    if (firstUs !== undefined && firstUs < first.fact.atUs)
      return doubt(`its token was used from ${ip} before they could have had it`);
    const rival = rivals(shown).find(
      (one) =>
        one.fact.atUs <= fact.atUs &&
        opens(one.access, shown) === 'well' &&
        this.neighbours.isAt(one.fact.row.who.user ?? '', ip),
    );
    if (rival !== undefined)
      return doubt(
        `its token could be ${actorName(rival.fact.row.who)}'s as well, who also acts from there and ${accessWords(rival.access)}`,
      );
    if (opens(last.access, shown) === 'hardly')
      return doubt(
        `its token may have come from what they had (${accessWords(last.access)}), of which nothing tells that it held this token`,
      );
    const name = actorName({ ...last.fact.row.who, as: null });
    const why = `used from ${ip}, where ${name} acts from, after ${name} ${accessWords(last.access)} (${last.fact.row.when}); it was not used from there before, and nobody else seen there had it`;
    return { fact, alias: { of: name, link: 'likely', why }, evidence: last.fact };
  }
}

/** What ties a request to what put its credential into somebody's hands, for a tree: also one that was refused. */
export function storyLinks(fact: Fact, { members, issues }: Told): readonly Link[] {
  const member = members.get(fact.key);
  const issue = issues.get(fact.row.who.credential ?? '');
  if (member !== undefined && member.evidence !== null)
    return [{ fact: member.evidence, link: member.alias.link, why: member.alias.why, isMaker: false }];
  if (issue === undefined) return [];
  const why = `issued the token that was used (${fact.row.who.credential})`;
  return [{ fact: issue, link: 'proven', why, isMaker: false }];
}

interface Around {
  /** What could have given them a token, and what gave it to others. */
  readonly held: (shown: Shown) => readonly Held[];
  readonly rivals: (shown: Shown) => readonly Held[];
  readonly addresses: ReadonlySet<string>;
  /** Of each token from each address, microseconds. */
  readonly firstUses: ReadonlyMap<string, number>;
}

function ownAlias({ row: { who } }: Fact): Alias | null {
  if (who.as === null || who.user === null) return null;
  const of = actorName({ ...who, as: null });
  return { of, link: 'proven', why: `the same request: sent by ${of}, acting as ${who.as}` };
}

function issuedTo(issue: Fact, fact: Fact, { credential }: Shown): Member {
  const of = actorName({ ...issue.row.who, as: null });
  const why = `its token (${credential}) was issued to ${of} (${issue.row.when})`;
  return { fact, alias: { of, link: 'proven', why }, evidence: issue };
}

function heldBy(facts: readonly Fact[]): readonly Held[] {
  return facts
    .flatMap((fact) => {
      const access = accessOf(fact);
      return access === null ? [] : [{ access, fact }];
    })
    .toSorted((a, b) => byTime(a.fact, b.fact));
}

function addressesOf(facts: Iterable<Fact>): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const fact of facts) if (fact.row.from.ip !== null) addresses.add(fact.row.from.ip);
  return addresses;
}

/** Of each token once, however often it was used. */
function opening(all: readonly Held[], counts: (held: Held) => boolean): (shown: Shown) => readonly Held[] {
  const known = new Map<string, readonly Held[]>();
  return (shown) => {
    const key = useKey(shown, '');
    const found = known.get(key) ?? all.filter((held) => opens(held.access, shown) !== 'no' && counts(held));
    known.set(key, found);
    return found;
  };
}

function issuesOf(held: readonly Held[]): ReadonlyMap<string, Fact> {
  return new Map(
    held.flatMap(({ access, fact }) =>
      access.kind === 'token' && access.issued !== null ? [[access.issued, fact] as const] : [],
    ),
  );
}

function firstUses(facts: readonly Fact[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const fact of facts) {
    const shown = shownBy(fact);
    if (shown === null || fact.row.from.ip === null) continue;
    const key = useKey(shown, fact.row.from.ip);
    times.set(key, Math.min(times.get(key) ?? fact.atUs, fact.atUs));
  }
  return times;
}

function useKey({ account, credential, pod }: Shown, ip: string): string {
  return JSON.stringify([account.namespace, account.name, credential, pod, ip]);
}

function addUp(doubts: ReadonlyMap<string, Doubt>, doubt: Doubt): Doubt {
  const known = doubts.get(`${doubt.name} ${doubt.address} ${doubt.why}`);
  return known === undefined ? doubt : { ...known, count: known.count + 1 };
}
