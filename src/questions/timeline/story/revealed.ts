/**
 * Who stands behind a name that was asked about: whoever alone acted under it, or alone was given all the tokens that it used.
 * A name that was also used otherwise reveals nobody.
 */
import type { Fact } from '../../fact/fact.ts';
import { shortUser } from '../../short-user.ts';
import type { Alias } from '../timeline-row.ts';
import { shownBy } from './access.ts';

export type Revealed = Omit<Alias, 'link'> & {
  readonly user: string;
  /** A service account is many: only this token of it, from this address. Null: whatever the user did. */
  readonly shown: string | null;
};

/** Null: by no service account. */
export function tokenUse(fact: Fact): string | null {
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
    behind.set(name, (behind.get(name) ?? new Map()).set(by?.row.who.user ?? null, by ?? fact));
  }
  return [...behind].flatMap(([name, those]): Revealed[] => {
    const [[only, by] = [null, null]] = those;
    if (those.size !== 1 || only === null || by === null || only === name) return [];
    const how = users.has(name) ? 'was given all the tokens that were used of' : 'acted as';
    const why = `nobody but ${shortUser(only)} ${how} ${shortUser(name)} in what was read`;
    return [{ user: only, shown: tokenUse(by), of: shortUser(name), why }];
  });
}
