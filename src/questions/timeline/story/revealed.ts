/**
 * Who stands behind a name that was asked about: whoever alone acted under it, or alone was given all the tokens that it used.
 * A name that was also used otherwise reveals nobody, and neither does a login that acted under several names: it is a proxy that
 * many come by. That only one came by it in what was read is never shut out, so that what it did besides is likely theirs, no more.
 */
import { actorName } from '../../cause-chain/actor-name.ts';
import type { Fact } from '../../fact/fact.ts';
import { shortUser } from '../../short-user.ts';
import type { Alias } from '../timeline-row.ts';
import { shownBy } from './access.ts';
import type { Doubt, Member } from './story.ts';

export type Revealed = Omit<Alias, 'link'> & {
  readonly user: string;
  /** A login that persons share (EKS roles) is many: only what this one of them did. */
  readonly session: string | null;
  /** A service account is many: only this token of it, from this address. Null: whatever the user did. */
  readonly shown: string | null;
};

/** Those revealed, and the names that they acted under: judged when all that they did was read. */
export class Behind {
  readonly #revealed = new Map<string, Revealed>();
  /** By user, in whatever session and with whatever token. */
  readonly #names = new Map<string, Set<string>>();

  /** Of one login the first counts. */
  reveal(revealed: Revealed): void {
    if (!this.#revealed.has(revealed.user)) this.#revealed.set(revealed.user, revealed);
  }

  /** Whether it may belong to a name that was asked about. */
  add({ row: { who } }: Fact): boolean {
    if (who.user === null || !this.#revealed.has(who.user)) return false;
    const names = this.#names.get(who.user) ?? new Set();
    this.#names.set(who.user, names);
    // That there is a second one is enough to know.
    if (who.as !== null && names.size < 2) names.add(who.as);
    return names.size < 2 || who.as === null;
  }

  /** Null: nothing ties it to a name that was asked about. */
  tieOf(fact: Fact): Member | Doubt | null {
    const { who, from } = fact.row;
    const revealed = this.#revealed.get(who.user ?? '');
    const names = this.#names.get(who.user ?? '');
    if (revealed === undefined || names === undefined || revealed.session !== who.session) return null;
    if (revealed.shown !== null && revealed.shown !== tokenUse(fact)) return null;
    const { of, why } = revealed;
    if (names.size < 2) return { fact, alias: { of, link: 'likely', why }, evidence: null };
    if (who.as !== null || from.ip === null) return null;
    const shared = `it acted under several names, as a proxy does that many come by, and nothing tells that this was ${of}`;
    return { name: actorName(who), address: from.ip, count: 1, why: shared };
  }
}

/** Null: by no service account. */
function tokenUse(fact: Fact): string | null {
  const shown = shownBy(fact);
  const { ip } = fact.row.from;
  return shown === null ? null : JSON.stringify([shown.account, shown.credential, shown.pod, ip]);
}

/** `issues`: by credential, what gave it out. */
export function revealedBy(core: readonly Fact[], issues: ReadonlyMap<string, Fact>): readonly Revealed[] {
  const behind = new Map<string, Map<string | null, Fact>>();
  const users = new Set<string>();
  for (const fact of core) {
    const { as, user, credential } = fact.row.who;
    if (user === null) continue;
    users.add(user);
    // Under their own login: only the token may be somebody else's.
    const by = as === null ? (issues.get(credential ?? '') ?? null) : fact;
    const name = as ?? user;
    behind.set(name, (behind.get(name) ?? new Map()).set(by === null ? null : loginOf(by), by ?? fact));
  }
  return [...behind].flatMap(([name, those]): Revealed[] => {
    const [[login, by] = [null, null]] = those;
    if (those.size !== 1 || login === null || by === null) return [];
    const { user, session } = by.row.who;
    if (user === null || user === name) return [];
    const how = users.has(name) ? 'was given all the tokens that were used of' : 'acted as';
    const why = `nobody but ${shortUser(user)} ${how} ${shortUser(name)} in what was read`;
    return [{ user, session, shown: tokenUse(by), of: shortUser(name), why }];
  });
}

function loginOf({ row: { who } }: Fact): string {
  return JSON.stringify([who.user, who.session]);
}
