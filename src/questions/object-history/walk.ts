/** The requests on one object → its steps: one after the other, each decoded when its turn comes. */
import type { Schema, TypeName } from '../schema/schema.ts';
import { writtenOver } from './apply-patch.ts';
import { bodyType } from './body-type.ts';
import { fateOfWrite } from './fate.ts';
import { Generations } from './generations.ts';
import { at, isMap, withPath } from './json-tree.ts';
import { isAbsence, type Place, placesOf } from './lives.ts';
import { isCreation, isEffective, type Logged } from './logged.ts';
import { inOrderOfEffect } from './order.ts';
import { NOBODY, type Ownership } from './ownership.ts';
import { requestKindOf } from './request-kind.ts';
import type { LoggedHead } from './request-log.ts';
import * as states from './states.ts';
import type { Json, ObjectId, RequestKind, State, Step } from './step.ts';
import { createdOwnership, type Write, type Written, writtenObjects } from './written.ts';

export interface Types {
  schemaOf(type: TypeName): Schema;
  /** Null: not known. */
  hasStatus(id: ObjectId): boolean | null;
  /** Where a Scale's replicas stand in the object; null: not known. */
  replicasPath(id: ObjectId): readonly string[] | null;
}

export function* stepsOf(id: ObjectId, requests: readonly LoggedHead[], types: Types): Generator<Step> {
  const ordered = inOrderOfEffect(requests);
  const places = placesOf(ordered.map(({ head }) => head));
  const walk = new Walk(id, types, ordered, places);
  for (const index of ordered.keys()) yield walk.step(index);
}

interface Change {
  readonly kind: Step['kind'];
  readonly after: State;
  /** Better than what was known of it; undefined: the same. */
  readonly before?: State;
  readonly ownership: Ownership | null;
  readonly noOp: boolean;
}

class Walk {
  readonly #id: ObjectId;
  readonly #types: Types;
  readonly #requests: readonly LoggedHead[];
  readonly #places: readonly Place[];
  readonly #generations = new Generations();
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
    this.#enter(logged, place);
    const known = this.#state;
    const change = this.#change(logged, place, index);
    const before = change.before ?? known;
    const unlogged = this.#generations.after(logged, shownGeneration(logged, change.after));
    if (change.after.kind === 'absent') this.#generations.forget();
    this.#state = change.after;
    this.#ownership = change.ownership;
    return this.#stepOf(logged, place, { ...change, before }, unlogged);
  }

  #enter({ head }: Logged, { life }: Place): void {
    if (life > this.#life) {
      this.#state = states.unknown('the log does not tell how it was made');
      this.#ownership = null;
      this.#generations.forget();
      this.#life = life;
    }
    if (isCreation(head)) this.#state = states.ABSENT;
  }

  /** About an object that had the name before: its clock is behind, or it was read long after. */
  #late(logged: Logged, place: Place): Step {
    const why = 'it is about an object that was gone by then';
    const nothing: Change = {
      kind: 'none',
      after: states.unknown(why),
      ownership: null,
      noOp: false,
    };
    return this.#stepOf(logged, place, { ...nothing, before: states.unknown(why) }, null);
  }

  #stepOf(
    { head, bodies }: Logged,
    { life, uid }: Place,
    { kind, before, after, noOp }: Change & { readonly before: State },
    unlogged: number | null,
  ): Step {
    const requestKind = this.#requestKind({ head, bodies }, before, after);
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

  #requestKind({ head, bodies }: Logged, ...around: readonly State[]): RequestKind {
    const type = bodyType(
      this.#id,
      head.apiVersion,
      ...around.map(states.objectOf),
      head.verb.startsWith('delete') ? null : bodies.request,
    );
    return requestKindOf(head, bodies.request, type.isCustom);
  }

  #change(logged: Logged, place: Place, index: number): Change {
    const { head, bodies } = logged;
    const same: Change = { kind: 'none', after: this.#state, ownership: this.#ownership, noOp: false };
    if (isAbsence(head)) return { ...same, kind: 'seen', after: states.ABSENT, ownership: null };
    if (head.effect === 'unknown' && head.verb !== 'get') return this.#maybe(logged, same);
    if (!isEffective(head)) {
      if (head.verb !== 'get') return same;
      if (head.isDropped || bodies.answer === null) return { ...same, kind: 'seen' };
      return this.#seen(bodies.answer, bodies.ownership, same);
    }
    if (head.verb.startsWith('delete') || head.subresource === 'eviction')
      return this.#deletion(logged, place);
    if (head.isDropped) {
      const after = states.unknown('what it did was let go to stay within the memory allowed');
      return { kind: isCreation(head) ? 'create' : 'change', after, ownership: null, noOp: false };
    }
    const change = this.#written(logged, index);
    return place.fate === 'gone' || endsIt(change.after)
      ? { ...change, kind: 'delete', after: states.ABSENT, ownership: null, noOp: false }
      : change;
  }

  /** A read from a cache may be behind. */
  #seen(answer: Json, ownership: Ownership | null, same: Change): Change {
    const [seen, known] = [states.versionOf(states.exact(answer)), states.versionOf(this.#state)];
    const isBehind = seen !== null && known !== null && Number(seen) < Number(known);
    return isBehind
      ? { ...same, kind: 'seen' }
      : { ...same, kind: 'seen', after: states.exact(answer), ownership };
  }

  /** The server itself does not know whether it was done. */
  #maybe(logged: Logged, same: Change): Change {
    const why = 'a request whose outcome is not known may have changed it';
    const before = states.objectOf(this.#state);
    if (before === null) return { ...same, after: states.unknown(why), ownership: null };
    if (logged.head.verb.startsWith('delete')) return { ...same, after: states.partial(before, why) };
    const written = this.#writtenObjects(logged);
    if (written === null) return { ...same, after: states.unknown(why), ownership: null };
    const sure = written.reduce((left, { object }) => states.common(left, object), before);
    return { ...same, after: states.partial(sure, why), ownership: null };
  }

  #deletion({ head, bodies }: Logged, { fate }: Place): Change {
    const { answer } = bodies;
    const known = this.#state;
    const isOthers = fate === 'held' || known.kind === 'absent' || known.kind === 'unknown';
    if (head.verb === 'deletecollection' && head.shows === 'nothing' && isOthers)
      return { kind: 'none', after: known, ownership: this.#ownership, noOp: false };
    const change = { kind: 'delete', ownership: this.#ownership, noOp: false } as const;
    const shown = head.shows === 'object' ? answer : null;
    const before =
      shown === null || known.kind === 'exact' || known.kind === 'computed' ? known : beforeDeletion(shown);
    if (fate === 'gone') return { ...change, before, after: states.ABSENT, ownership: null };
    if (shown !== null && fate === 'held') {
      const noOp = isSameVersion(known, shown);
      return {
        ...change,
        kind: noOp ? 'none' : 'delete',
        before: noOp ? known : before,
        after: states.exact(shown),
        ownership: bodies.ownership,
        noOp,
      };
    }
    const object = states.objectOf(known);
    if (fate === 'held' && object !== null) {
      const left = [
        ['metadata', 'finalizers'],
        ['status', 'phase'],
      ].reduce((rest, path) => withPath(rest, path, undefined), states.withoutCounts(object));
      return {
        ...change,
        after: states.partial(left, 'it is being deleted; what that changed in it is not in the log'),
      };
    }
    const why =
      fate === 'held'
        ? 'it is being deleted'
        : 'its deletion was asked for; whether it is gone the log does not tell';
    return { ...change, after: states.unknown(why), ownership: null };
  }

  #written(logged: Logged, index: number): Change {
    const { head, bodies } = logged;
    const { answer, ownership } = bodies;
    const kind = isCreation(head) ? 'create' : 'change';
    if (head.shows === 'object' && answer !== null) {
      const noOp = isSameVersion(this.#state, answer);
      return { kind: noOp ? 'none' : kind, after: states.exact(answer), ownership, noOp };
    }
    if (head.shows === 'scale' || head.subresource === 'scale') return this.#scaled(logged);
    if (head.subresource === 'binding') return this.#bound(logged);
    const written = this.#writtenObjects(logged);
    const one = written === null ? null : this.#decided(written, index);
    if (head.shows === 'meta' && answer !== null) return this.#metadataTold(answer, one, kind);
    if (one === null) {
      if (bodies.request !== undefined && written !== null) return this.#undecided(written, kind);
      const why = 'neither what was asked for nor what came of it is in the log';
      return { kind, after: states.unknown(why), ownership: null, noOp: false };
    }
    const noOp = kind === 'change' && this.#isNothing(one, bodies.request);
    return {
      kind: noOp ? 'none' : kind,
      after: noOp ? this.#state : this.#stateOf(one),
      ownership: one.ownership,
      noOp,
    };
  }

  #isNothing({ object, doubts }: Written, request: unknown): boolean {
    if (isMap(request) && Object.keys(request).length === 0) return true;
    const before = states.objectOf(this.#state);
    return (
      before !== null &&
      states.isWhole(this.#state) &&
      doubts.length === 0 &&
      states.isSameContent(before, object)
    );
  }

  #stateOf({ object, doubts }: Written): State {
    const [why] = doubts;
    const state = this.#state;
    if (state.kind === 'exact' || state.kind === 'computed')
      return why === undefined ? { kind: 'computed', object } : states.partial(object, why);
    if (state.kind === 'absent')
      return states.partial(
        object,
        'it is known as it was asked for; what the server filled in is not in the log',
      );
    return states.partial(object, states.whyOf(state));
  }

  #writtenObjects(logged: Logged): readonly Written[] | null {
    const { head, bodies } = logged;
    const before = states.objectOf(this.#state);
    const type = bodyType(this.#id, head.apiVersion, before, bodies.request);
    const write: Write = {
      head,
      request: bodies.request,
      kind: requestKindOf(head, bodies.request, type.isCustom),
      admission: bodies.admission,
      type,
      schema: this.#types.schemaOf(type),
      hasStatus: type.isCustom ? this.#types.hasStatus(this.#id) : true,
    };
    const isNew = this.#state.kind === 'absent';
    const written = writtenObjects(
      {
        object: before ?? this.#named(),
        isWhole: before !== null && states.isWhole(this.#state),
        ownership: isNew ? NOBODY : this.#ownership,
      },
      write,
    );
    if (isNew) return written?.map((one) => ({ ...one, ownership: createdOwnership(write) })) ?? null;
    if (write.kind === 'apply') return written;
    return (
      written?.map((one) => ({ ...one, ownership: this.#ownershipAfter(before, one.object, write) })) ?? null
    );
  }

  #ownershipAfter(before: Json | null, after: Json, { request, schema }: Write): Ownership | null {
    if (this.#ownership === null || before === null || JSON.stringify(request).includes('managedFields'))
      return null;
    return writtenOver(this.#ownership, before, after, schema);
  }

  /** What the address of a request tells of an object. */
  #named(): Json {
    const { namespace, name } = this.#id;
    return { metadata: { name, ...(namespace === null ? {} : { namespace }) } };
  }

  /** Of two that it may have become, the one that the log shows later, before anything else can have changed it. */
  #decided(written: readonly Written[], index: number): Written | null {
    const [first, second] = written;
    if (first === undefined || second === undefined) return first ?? null;
    const shown = this.#shownNext(index);
    if (shown === null) return null;
    const fits = written.filter(({ object }) => hasSameSpec(object, shown));
    return fits.length === 1 ? (fits[0] ?? null) : null;
  }

  #undecided(written: readonly Written[], kind: Step['kind']): Change {
    const [first, ...rest] = written.map(({ object }) => object);
    const why = 'whether it was a merge patch or a strategic one is not in the log, and they differ here';
    const object = rest.reduce((left, one) => states.common(left, one), first ?? {});
    return { kind, after: states.partial(object, why), ownership: null, noOp: false };
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

  /** The answer is all of the metadata, and nothing else. */
  #metadataTold(answer: Json, written: Written | null, kind: Step['kind']): Change {
    const metadata = at(answer, 'metadata');
    const noOp = kind === 'change' && isSameVersion(this.#state, answer);
    const rest = noOp ? states.objectOf(this.#state) : (written?.object ?? null);
    const after = withPath(rest ?? {}, ['metadata'], metadata);
    const doubts = written?.doubts ?? [];
    const isKnown = (this.#state.kind === 'exact' || this.#state.kind === 'computed') && rest !== null;
    if (noOp) return { kind: 'none', after: this.#state, ownership: this.#ownership, noOp };
    if (isKnown && doubts.length === 0)
      return {
        kind,
        after: { kind: 'computed', object: after },
        ownership: written?.ownership ?? null,
        noOp,
      };
    const why = doubts[0] ?? states.whyOf(this.#state);
    return { kind, after: states.partial(after, why), ownership: written?.ownership ?? null, noOp };
  }

  #scaled({ head, bodies }: Logged): Change {
    const change = { kind: 'change', ownership: this.#ownership, noOp: false } as const;
    const { answer, request } = bodies;
    if (head.shows === 'scale' && answer !== null && isSameVersion(this.#state, answer))
      return { ...change, kind: 'none', after: this.#state, noOp: true };
    const asked = at(answer ?? request, 'spec', 'replicas');
    // A Scale of 0 has an empty spec.
    const replicas = asked ?? (answer !== null || head.verb === 'update' ? 0 : undefined);
    const before = states.objectOf(this.#state) ?? this.#named();
    const path = this.#types.replicasPath(this.#id);
    if (path === null)
      return {
        ...change,
        after: states.partial(withoutNumbers(before), 'which field a Scale sets is for its CRD to say'),
        ownership: null,
      };
    if (typeof replicas !== 'number')
      return {
        ...change,
        after: states.partial(
          withPath(before, path, undefined),
          'to how many it was scaled is not in the log',
        ),
      };
    const version = at(answer, 'metadata', 'resourceVersion');
    const generation = at(before, 'metadata', 'generation');
    const isWhole = this.#state.kind === 'exact' || this.#state.kind === 'computed';
    const isSame = at(before, ...path) === replicas;
    const counted = withPath(
      withPath(withPath(before, path, replicas), ['metadata', 'resourceVersion'], version),
      ['metadata', 'generation'],
      isWhole && typeof generation === 'number' ? generation + (isSame ? 0 : 1) : undefined,
    );
    const schema = this.#types.schemaOf(bodyType(this.#id, head.apiVersion, before));
    const ownership = this.#ownership === null ? null : writtenOver(this.#ownership, before, counted, schema);
    if (isWhole) return { ...change, after: { kind: 'computed', object: counted }, ownership };
    return { ...change, after: states.partial(counted, states.whyOf(this.#state)), ownership };
  }

  /** The scheduler's word: which node a pod runs on. Its status says so too, with a time of its own. */
  #bound({ bodies }: Logged): Change {
    const before = states.objectOf(this.#state) ?? this.#named();
    const node = at(bodies.request, 'target', 'name');
    const left = withPath(states.withoutCounts(before), ['status'], undefined);
    const after = withPath(left, ['spec', 'nodeName'], typeof node === 'string' ? node : undefined);
    const why = 'it was bound to a node; what that changed in its status is not in the log';
    return { kind: 'change', after: states.partial(after, why), ownership: this.#ownership, noOp: false };
  }
}

function basisOf(kind: Step['kind'], before: State, after: State, request: RequestKind): Step['basis'] {
  if (states.isWhole(before) && states.isWhole(after))
    return before.kind === 'computed' || after.kind === 'computed' ? 'computed' : 'exact';
  if (kind === 'seen') return 'fact';
  return request === 'unknown' || request === 'options' ? 'fact' : 'request';
}

/** It was told by the answer to its deletion. */
function beforeDeletion(shown: Json): State {
  const object = states.withoutDeletion(shown);
  return at(shown, 'metadata', 'deletionTimestamp') === undefined
    ? { kind: 'computed', object }
    : states.partial(object, 'it is known by the answer to its deletion');
}

function isSameVersion(state: State, shown: Json): boolean {
  const version = states.versionOf(state);
  return version !== null && version === at(shown, 'metadata', 'resourceVersion');
}

/** A computed state that has lost its last finalizer. */
function endsIt(after: State): boolean {
  return after.kind === 'computed' && fateOfWrite(after.object) === 'gone';
}

function shownGeneration({ head, bodies }: Logged, after: State): number | null {
  if (head.shows !== 'object' && head.shows !== 'meta') return null;
  if (head.verb === 'get' && after.kind !== 'exact') return null;
  return states.generationOf(bodies.answer);
}

function hasSameSpec(a: Json, b: Json): boolean {
  const spec = (object: Json) => ({
    ...states.withoutCounts(object),
    status: null,
  });
  return states.isSameContent(spec(a), spec(b));
}

function withoutNumbers(object: Json): Json {
  const spec = at(object, 'spec');
  if (!isMap(spec)) return object;
  const names = Object.entries(spec).filter(([, value]) => typeof value === 'number' || isMap(value));
  return names.reduce(
    (left, [name]) => withPath(left, ['spec', name], undefined),
    states.withoutCounts(object),
  );
}
