/** The requests on one object → its steps: one after the other, each decoded when its turn comes. */
import { changeOf } from './change.ts';
import { Generations } from './generations.ts';
import { type Place, placesOf } from './lives.ts';
import { type Head, isCreation, isEffective, type Logged } from './logged.ts';
import { inOrderOfEffect } from './order.ts';
import type { Ownership } from './ownership.ts';
import { requestKindOf } from './request-kind.ts';
import type { LoggedHead } from './request-log.ts';
import { type Change, type Rival, typeAround } from './situation.ts';
import * as states from './states.ts';
import type { Json, ObjectId, RequestKind, State, Step } from './step.ts';
import type { Types } from './types.ts';
import { Versions } from './versions.ts';

export function* stepsOf(id: ObjectId, requests: readonly LoggedHead[], types: Types): Generator<Step> {
  const ordered = inOrderOfEffect(requests);
  const places = placesOf(ordered.map(({ head }) => head));
  const walk = new Walk(id, types, ordered, places);
  for (const index of ordered.keys()) yield walk.step(index);
}

/** Requests under way at a time are few. */
const MAX_RIVALS = 20;

class Walk {
  readonly #id: ObjectId;
  readonly #types: Types;
  readonly #requests: readonly LoggedHead[];
  readonly #places: readonly Place[];
  readonly #generations = new Generations();
  /** States before the last few writes, the newest last. */
  #earlier: { readonly index: number; readonly state: State }[] = [];
  readonly #versions = new Versions();
  #life = 1;
  #state: State = states.unknown('the log holds nothing earlier about it');
  #ownership: Ownership | null = null;

  constructor(id: ObjectId, types: Types, requests: readonly LoggedHead[], places: readonly Place[]) {
    this.#id = id;
    this.#types = types;
    this.#requests = requests;
    this.#places = places;
  }

  step(index: number): Step {
    const logged = this.#requests[index]?.read();
    const place = this.#places[index];
    if (logged === undefined || place === undefined) throw new RangeError(`no request ${index}`);
    if (place.life < this.#life) return this.#late(logged, place);
    this.#enter(logged.head, place);
    const known = this.#versions.at(logged, this.#state);
    const change = changeOf({
      id: this.#id,
      types: this.#types,
      logged,
      place,
      state: known,
      ownership: this.#ownership,
      shownNext: () => this.#shownNext(index),
      rivals: () => this.#rivals(index),
    });
    const unlogged = this.#generations.after(
      logged,
      shownGeneration(logged, change.after),
      this.#deletionsUnderWay(index),
    );
    if (change.after.kind === 'absent') this.#generations.forget();
    if (isEffective(logged.head))
      this.#earlier = [...this.#earlier.slice(-MAX_RIVALS), { index, state: known }];
    this.#versions.after(change);
    this.#state = change.after;
    this.#ownership = change.ownership;
    return this.#stepOf(logged, place, { before: known, ...change }, unlogged);
  }

  #enter(head: Head, { life }: Place): void {
    if (life > this.#life) {
      this.#state = states.unknown('the log does not tell how it was made');
      this.#ownership = null;
      this.#generations.forget();
      this.#versions.forget();
      this.#earlier = [];
      this.#life = life;
    }
    if (isCreation(head)) this.#state = states.ABSENT;
  }

  /** About an object that had the name before: its server's clock is behind. */
  #late(logged: Logged, place: Place): Step {
    const state = states.unknown('it is about an object that was gone by then');
    const change = { kind: 'none', before: state, after: state, ownership: null, noOp: false } as const;
    return this.#stepOf(logged, place, change, null);
  }

  #stepOf(
    logged: Logged,
    { life, uid }: Place,
    { kind, before, after, noOp }: Change & { readonly before: State },
    unlogged: number | null,
  ): Step {
    const { head, bodies } = logged;
    const type = typeAround({ id: this.#id, logged, state: before });
    const requestKind = requestKindOf(head, bodies.request, type.isCustom);
    return {
      key: head.key,
      atUs: head.atUs,
      endUs: head.endUs,
      kind,
      subresource: head.subresource,
      life,
      uid,
      before,
      after,
      basis: basisOf(kind, before, after, requestKind),
      unlogged,
      noOp,
      request: bodies.request,
      requestKind,
      admission: bodies.admission,
    };
  }

  #shownNext(index: number): Json | null {
    for (let later = index + 1; later < this.#requests.length; later++) {
      const head = this.#requests[later]?.head;
      if (head === undefined || this.#places[later]?.life !== this.#life) return null;
      if (head.shows === 'object' && (head.verb === 'get' || head.subresource === 'status'))
        return this.#requests[later]?.read().bodies.answer ?? null;
      if (isEffective(head) && head.subresource !== 'status') return null;
    }
    return null;
  }

  #deletionsUnderWay(index: number): number {
    const endUs = this.#requests[index]?.head.endUs ?? 0;
    const later = this.#requests.slice(index + 1, index + 1 + MAX_RIVALS);
    return later.filter(({ head }) => head.verb === 'delete' && isEffective(head) && head.atUs < endUs)
      .length;
  }

  #rivals(index: number): readonly Rival[] {
    const head = this.#requests[index]?.head;
    if (head === undefined) return [];
    const rivals: Rival[] = [];
    const consider = (other: number, before: State | null) => {
      const request = this.#requests[other];
      const isRival = request !== undefined && isRivalOf(head, request.head);
      if (isRival && this.#places[other]?.life === this.#life)
        rivals.push({ logged: request.read(), before });
    };
    for (const { index: earlier, state } of this.#earlier) consider(earlier, state);
    for (let later = index + 1; later <= index + MAX_RIVALS; later++) consider(later, null);
    return rivals;
  }
}

function isRivalOf(head: Head, other: Head): boolean {
  if (!isEffective(other) || isCreation(other)) return false;
  const isOrdered = head.resourceVersion !== null && other.resourceVersion !== null;
  return !isOrdered && other.atUs < head.endUs && head.atUs < other.endUs;
}

function basisOf(kind: Step['kind'], before: State, after: State, request: RequestKind): Step['basis'] {
  if (states.isWhole(before) && states.isWhole(after))
    return before.kind === 'computed' || after.kind === 'computed' ? 'computed' : 'exact';
  if (kind === 'seen') return 'fact';
  return request === 'unknown' || request === 'options' ? 'fact' : 'request';
}

function shownGeneration({ head, bodies }: Logged, after: State): number | null {
  if (head.shows !== 'object' && head.shows !== 'meta' && head.shows !== 'listed') return null;
  if (head.verb === 'get' && after.kind !== 'exact') return null;
  return states.generationOf(bodies.answer);
}
