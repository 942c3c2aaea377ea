/** Persons behind shared logins (EKS roles, Rancher's and Teleport's proxies): the same session under another login. */
import { actorName } from '../../cause-chain/actor-name.ts';
import type { Fact } from '../../fact/fact.ts';
import type { Doubt, Member } from './story.ts';

/** A shared login that several came by is no one's: then sessions tell nothing more. */
export function onlySession(own: readonly Fact[]): string | null {
  const sessions = new Set(own.flatMap(({ row: { who } }) => who.session ?? []));
  const [only = null] = sessions;
  return sessions.size === 1 ? only : null;
}

/** Of the same name under another login. Whoever takes a role may choose the name: with the address it is likely. */
export function bySession(
  fact: Fact,
  session: string,
  addresses: ReadonlySet<string>,
  own: readonly Fact[],
): Member | Doubt | null {
  const { who, from } = fact.row;
  if (who.session !== session || from.ip === null) return null;
  if (!addresses.has(from.ip)) {
    const why = `only the session has the same name (${session}), which whoever takes a role may choose`;
    return { name: actorName(who), address: from.ip, count: 1, why };
  }
  const first = own.find(({ row }) => row.who.session === session);
  const of = first === undefined ? session : actorName({ ...first.row.who, as: null });
  const why = `the session has the same name (${session}), and is from ${from.ip} too`;
  return { fact, alias: { of, link: 'likely', why }, evidence: null };
}
