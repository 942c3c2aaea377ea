/** Who acts from which address, and with which clients: counted, never kept. That two share an address ties them by no means. */

import { actorName } from '../../cause-chain/actor-name.ts';
import { isOfControlPlane } from '../../cause-chain/controllers.ts';
import type { Fact } from '../../fact/fact.ts';

export interface Neighbour {
  readonly user: string;
  readonly name: string;
  count: number;
  readonly clients: Set<string>;
}

/** Addresses, and actors at each, that are told apart; a jump host has some hundreds. */
const MOST_ADDRESSES = 200;
const MOST_AT_ONE = 1_000;
const MOST_CLIENTS = 50;

export class Neighbours {
  readonly #at = new Map<string, Map<string, Neighbour>>();
  readonly #seen = new Set<string>();

  /** Each request once, in however many rounds it is read. */
  add(fact: Fact): void {
    const { who, from, with: client } = fact.row;
    if (from.ip === null || who.user === null || isOfControlPlane(fact) || this.#seen.has(fact.key)) return;
    const here = this.#at.get(from.ip) ?? new Map<string, Neighbour>();
    if (!this.#at.has(from.ip)) {
      if (this.#at.size >= MOST_ADDRESSES) return;
      this.#at.set(from.ip, here);
    }
    const known = here.get(who.user);
    if (known === undefined && here.size >= MOST_AT_ONE) return;
    if (this.#seen.size < MOST_SEEN) this.#seen.add(fact.key);
    const one = known ?? {
      user: who.user,
      name: actorName({ ...who, as: null }),
      count: 0,
      clients: new Set(),
    };
    here.set(who.user, one);
    one.count++;
    if (client !== null && one.clients.size < MOST_CLIENTS) one.clients.add(client);
  }

  at(address: string): readonly Neighbour[] {
    return [...(this.#at.get(address)?.values() ?? [])];
  }

  isAt(user: string, address: string): boolean {
    return this.#at.get(address)?.has(user) === true;
  }
}

/** Beyond, counts may be of what was read twice. */
const MOST_SEEN = 100_000;
