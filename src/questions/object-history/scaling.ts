/** Requests that say one thing of the object: a Scale how many replicas it is to have, a Binding where a pod runs. */
import { writtenOver } from './apply-patch.ts';
import { at, isList, isMap, withPath } from './json-tree.ts';
import { type Change, type Situation, typeAround } from './situation.ts';
import * as states from './states.ts';
import type { Json, ObjectId } from './step.ts';

export function scaled(situation: Situation): Change {
  const { id, types, logged, state, ownership } = situation;
  const { answer } = logged.bodies;
  const change: Change = { kind: 'change', after: state, ownership, noOp: false };
  if (answer !== null && states.isSameVersion(state, answer)) return { ...change, kind: 'none', noOp: true };
  const before = states.objectOf(state) ?? named(id);
  const path = types.replicasPath(id);
  if (path === null) {
    const why = 'which field a Scale sets is for its CRD to say';
    return { ...change, after: states.partial(withoutNumbers(before), why), ownership: null };
  }
  const replicas = replicasOf(situation);
  if (replicas === null) {
    const left = withPath(states.withoutCounts(before), path, undefined);
    return { ...change, after: states.partial(left, 'to how many it was scaled is not in the log') };
  }
  const after = withReplicas(situation, before, path, replicas);
  const schema = types.schemaOf(typeAround(situation));
  const owned = ownership === null ? null : writtenOver(ownership, before, after, schema);
  if (state.kind === 'exact' || state.kind === 'computed')
    return { ...change, after: { kind: 'computed', object: after }, ownership: owned };
  return { ...change, after: states.partial(after, states.whyOf(state)), ownership: owned };
}

/** A Scale of 0 has an empty spec; of a patch only what it says counts. */
function replicasOf({ logged }: Situation): number | null {
  const { answer, request } = logged.bodies;
  const asked =
    isList(request) && answer === null ? lastOf(request) : at(answer ?? request, 'spec', 'replicas');
  if (typeof asked === 'number') return asked;
  return answer !== null || (logged.head.verb === 'update' && isMap(request)) ? 0 : null;
}

/** Of a JSON patch. */
function lastOf(operations: readonly unknown[]): unknown {
  return at(
    operations.findLast((operation) => at(operation, 'path') === '/spec/replicas'),
    'value',
  );
}

/** The answer carries the resourceVersion of the object itself, but no generation. */
function withReplicas(
  { logged, state }: Situation,
  before: Json,
  path: readonly string[],
  replicas: number,
): Json {
  const generation = at(before, 'metadata', 'generation');
  const isKnown = states.isWhole(state) && typeof generation === 'number';
  const steps = at(before, ...path) === replicas ? 0 : 1;
  const version = at(logged.bodies.answer, 'metadata', 'resourceVersion');
  const counted = withPath(
    withPath(before, ['metadata', 'resourceVersion'], version),
    ['metadata', 'generation'],
    isKnown ? generation + steps : undefined,
  );
  return withPath(counted, path, replicas);
}

/** Its status says so too, with a time of its own. */
export function bound({ id, logged, state, ownership }: Situation): Change {
  const before = states.objectOf(state) ?? named(id);
  const node = at(logged.bodies.request, 'target', 'name');
  const left = withPath(states.withoutCounts(before), ['status'], undefined);
  const after = withPath(left, ['spec', 'nodeName'], typeof node === 'string' ? node : undefined);
  const why = 'it was bound to a node; what that changed in its status is not in the log';
  return { kind: 'change', after: states.partial(after, why), ownership, noOp: false };
}

/** What its address tells of an object. */
export function named({ namespace, name }: ObjectId): Json {
  return { metadata: { name, ...(namespace === null ? {} : { namespace }) } };
}

/** Any number may be the one that was set. */
function withoutNumbers(object: Json): Json {
  const spec = at(object, 'spec');
  if (!isMap(spec)) return states.withoutCounts(object);
  const numbers = Object.entries(spec).filter(([, value]) => typeof value === 'number' || isMap(value));
  return numbers.reduce(
    (left, [name]) => withPath(left, ['spec', name], undefined),
    states.withoutCounts(object),
  );
}
