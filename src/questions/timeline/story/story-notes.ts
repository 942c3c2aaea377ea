/** A story's names in words: which are one actor and why, which could be, and who else acts from the same addresses. */
import type { Note } from '../../../event/coverage.ts';
import { actorName } from '../../cause-chain/actor-name.ts';
import { shortUser } from '../../short-user.ts';
import type { Neighbours } from './neighbours.ts';
import type { Member, Told } from './story.ts';

/** Told by name; of more the rest is counted. */
const NAMED = 5;

export function storyNotes(
  { members, doubts, addresses }: Told,
  neighbours: Neighbours,
  own: ReadonlySet<string>,
): Note[] {
  return [
    ...sameActor([...members.values()]),
    ...doubts.map(({ name, address, count, why }) => ({
      code: 'may-be-same-actor',
      text: `${name}, ${counted(count)} from ${address}: not shown, for ${why}`,
    })),
    ...[...addresses].sort().flatMap((address) => besides(address, neighbours, own)),
  ];
}

/** One for each name under each proof. */
function sameActor(members: readonly Member[]): Note[] {
  const groups = new Map<string, { readonly member: Member; count: number }>();
  for (const member of members) {
    const { of, why } = member.alias;
    const key = JSON.stringify([of, nameOf(member), why]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { member, count: 1 });
    else known.count++;
  }
  return [...groups.values()].map(({ member, count }) => {
    const { of, link, why } = member.alias;
    return {
      code: 'same-actor',
      text: `${of} ${isActing(member) ? 'acted as' : 'is also'} ${nameOf(member)}, ${counted(count)} (${link}: ${why})`,
    };
  });
}

function isActing({ fact, evidence }: Member): boolean {
  return evidence === null && fact.row.who.as !== null;
}

function nameOf(member: Member): string {
  const { who } = member.fact.row;
  return isActing(member) ? shortUser(who.as) : actorName(who);
}

function besides(address: string, neighbours: Neighbours, own: ReadonlySet<string>): Note[] {
  const here = neighbours.at(address);
  const clients = new Set(here.filter(({ user }) => own.has(user)).flatMap((one) => [...one.clients]));
  const others = here
    .filter(({ user }) => !own.has(user))
    .sort((a, b) => b.count - a.count || (a.user < b.user ? -1 : 1));
  if (others.length === 0) return [];
  const named = others.slice(0, NAMED).map(({ name, count, clients: theirs }) => {
    const isShared = [...theirs].some((client) => clients.has(client));
    return `${name} (${counted(count)}${isShared ? ', with a client that is theirs too' : ''})`;
  });
  const more = others.length > NAMED ? ` and ${others.length - NAMED} others` : '';
  const text = `also acting from ${address}: ${named.join(', ')}${more}; an address or a client ties nobody to this, and what they did is not shown`;
  return [{ code: 'same-address', text }];
}

function counted(count: number): string {
  return count === 1 ? '1 request' : `${count} requests`;
}
