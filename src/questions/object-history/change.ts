/** What one request did to the object, by how it stood before and by what the log has of the request. */
import { deletion, fadedBy } from './deletion.ts';
import { fateOfWrite } from './fate.ts';
import { at, isMap, withPath } from './json-tree.ts';
import { isCreation, isEffective } from './logged.ts';
import type { Ownership } from './ownership.ts';
import { bound, scaled } from './scaling.ts';
import type { Change, Rival, Situation } from './situation.ts';
import * as states from './states.ts';
import type { Json, State, Step } from './step.ts';
import type { Written } from './written.ts';
import { undecided, writtenBy } from './written-by.ts';

export function changeOf(situation: Situation): Change {
  const { logged, place, state, ownership } = situation;
  const { head, bodies } = logged;
  const nothing: Change = { kind: 'none', after: state, ownership, noOp: false };
  if (head.shows === 'absence') {
    const isDeed = head.verb !== 'get';
    return { ...nothing, kind: isDeed ? 'none' : 'seen', after: states.ABSENT, ownership: null };
  }
  if (head.effect === 'unknown' && head.verb !== 'get') return perhaps(situation, nothing);
  if (!isEffective(head)) {
    if (head.verb !== 'get') return nothing;
    return shownAmid(situation, seen(bodies.answer, bodies.ownership, { ...nothing, kind: 'seen' }));
  }
  if (head.verb.startsWith('delete') || head.subresource === 'eviction') return deletion(situation, nothing);
  if (head.isDropped) {
    const after = states.unknown('what it did was let go to stay within the memory allowed');
    return { kind: isCreation(head) ? 'create' : 'change', after, ownership: null, noOp: false };
  }
  const change = write(situation, nothing);
  const ends = place.verdict === 'gone' || (place.verdict === null && isEnded(change.after));
  if (ends) return { ...change, kind: 'delete', after: states.ABSENT, ownership: null, noOp: false };
  if (place.verdict !== 'asked') return change;
  return { ...change, after: states.unknown('it may have gone with its last finalizer'), ownership: null };
}

/** A computed state that has lost its last finalizer. */
function isEnded(after: State): boolean {
  return after.kind === 'computed' && fateOfWrite(after.object) === 'gone';
}

/** A read from a cache may be behind. */
function seen(answer: Json | null, ownership: Ownership | null, nothing: Change): Change {
  if (answer === null) return nothing;
  const [shown, known] = [states.versionOf(states.exact(answer)), states.versionOf(nothing.after)];
  const isBehind = shown !== null && known !== null && Number(shown) < Number(known);
  return isBehind ? nothing : { ...nothing, after: states.exact(answer), ownership };
}

/** The server itself does not know whether it was done. */
function perhaps(situation: Situation, nothing: Change): Change {
  const why = 'a request whose outcome is not known may have changed it';
  const before = states.objectOf(situation.state);
  const isLost = situation.state.kind === 'absent' || before === null;
  const written = isLost || situation.logged.head.verb.startsWith('delete') ? null : writtenBy(situation);
  if (isLost || written === null) return { ...nothing, after: states.unknown(why), ownership: null };
  const sure = written.reduce((left, { object }) => states.common(left, object), before);
  return { ...nothing, after: states.partial(states.withoutCounts(sure), why), ownership: null };
}

function write(situation: Situation, nothing: Change): Change {
  const { logged, state } = situation;
  const { head, bodies } = logged;
  const { answer, ownership } = bodies;
  const kind = isCreation(head) ? 'create' : 'change';
  if (head.shows === 'object' && answer !== null) {
    const noOp = states.isSameVersion(state, answer);
    const change = { after: states.exact(answer), ownership, noOp };
    return noOp ? { ...change, kind: 'none' } : shownAmid(situation, { ...change, kind });
  }
  if (head.shows === 'scale' || head.subresource === 'scale')
    return settledAmid(situation, scaled(situation));
  if (head.subresource === 'binding') return settledAmid(situation, bound(situation));
  const written = writtenBy(situation);
  const one = written === null ? null : decided(written, situation);
  if (head.shows === 'meta' && answer !== null) return metadataTold(answer, one, kind, situation);
  if (written === null) {
    const why = 'neither what was asked for nor what came of it is in the log';
    return { kind, after: states.unknown(why), ownership: null, noOp: false };
  }
  if (one === null)
    return settledAmid(situation, { ...nothing, kind, after: undecided(written), ownership: null });
  if (kind === 'change' && isNothing(one, situation)) return { ...nothing, noOp: true };
  const after = stateOf(one, state, head.verb === 'update');
  return settledAmid(situation, { kind, after, ownership: one.ownership, noOp: false });
}

function isNothing({ object, doubts }: Written, { logged, state }: Situation): boolean {
  const { request } = logged.bodies;
  if (isMap(request) && Object.keys(request).length === 0) return true;
  const before = states.objectOf(state);
  return (
    before !== null && states.isWhole(state) && doubts.length === 0 && states.isSameContent(before, object)
  );
}

/** `isReplaced`: whatever it was before, it is as it was asked for. */
function stateOf({ object, doubts }: Written, state: State, isReplaced = false): State {
  const [why] = doubts;
  if (state.kind === 'exact' || state.kind === 'computed')
    return why === undefined ? { kind: 'computed', object } : states.partial(object, why);
  if (state.kind !== 'absent' && !isReplaced) return states.partial(object, states.whyOf(state));
  return states.partial(
    object,
    'it is known as it was asked for; what the server filled in is not in the log',
  );
}

/** Of two that it may have become, the one that the log shows later. */
function decided(written: readonly Written[], situation: Situation): Written | null {
  const [first, second] = written;
  if (first === undefined || second === undefined) return first ?? null;
  const shown = situation.shownNext();
  const fits = shown === null ? [] : written.filter(({ object }) => isSameButStatus(object, shown));
  return fits.length === 1 ? (fits[0] ?? null) : null;
}

function isSameButStatus(a: Json, b: Json): boolean {
  return states.isSameContent(withPath(a, ['status'], undefined), withPath(b, ['status'], undefined));
}

/** The answer is all of the metadata, and nothing else. */
function metadataTold(
  answer: Json,
  written: Written | null,
  kind: Step['kind'],
  situation: Situation,
): Change {
  const { state, ownership } = situation;
  if (kind === 'change' && states.isSameVersion(state, answer))
    return { kind: 'none', after: state, ownership, noOp: true };
  const object = withPath(written?.object ?? {}, ['metadata'], at(answer, 'metadata'));
  const doubts = written?.doubts ?? ['the answer shows its metadata only'];
  const after = stateOf({ object, doubts, ownership: null }, state);
  return { kind, after, ownership: written?.ownership ?? null, noOp: false };
}

/**
 * Where others were under way at the same time and nothing tells which came first, only what does not depend on it is sure.
 * A resourceVersion in both answers does tell.
 */
function settledAmid(situation: Situation, change: Change): Change {
  const object = states.objectOf(change.after);
  const rivals = object === null ? [] : situation.rivals();
  if (object === null || rivals.length === 0) return change;
  let sure = states.withoutCounts(object);
  for (const { before } of rivals) {
    const known = before === null ? null : states.objectOf(before);
    if (known !== null) sure = states.common(sure, known);
  }
  return { ...change, after: leftBy(rivals, sure, situation), ownership: null };
}

/** What was shown while others were being answered that do not tell their version: each may have come after it. */
function shownAmid(situation: Situation, change: Change): Change {
  if (change.after.kind !== 'exact') return change;
  const rivals = situation.rivals().filter(({ before }) => before !== null);
  if (rivals.length === 0) return change;
  return {
    ...change,
    after: leftBy(rivals, states.withoutCounts(change.after.object), situation),
    ownership: null,
  };
}

/** What is sure of the object, whichever of the rivals came after what is known of it. */
function leftBy(rivals: readonly Rival[], object: Json, situation: Situation): State {
  const why = 'another request was under way at the same time; which came first is not in the log';
  let sure = object;
  for (const { logged } of rivals) {
    const { head, bodies } = logged;
    if (head.fate !== null) sure = fadedBy(sure);
    else if (head.shows === 'object' && bodies.answer !== null) sure = states.common(sure, bodies.answer);
    else {
      const written = writtenBy({ ...situation, logged, state: states.partial(sure, why) });
      if (written === null) return states.unknown(why);
      for (const one of written) sure = states.common(sure, one.object);
    }
  }
  return states.partial(sure, why);
}
