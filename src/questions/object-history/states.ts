/** States of an object, made and compared. */
import { at, isEqual, isList, isMap, mapFrom, withField, withoutField, withPath } from './json-tree.ts';
import type { Json, State } from './step.ts';

export type Whole = Extract<State, { kind: 'exact' | 'computed' | 'absent' }>;

export const ABSENT: State = { kind: 'absent' };

export function exact(object: Json): State {
  return { kind: 'exact', object };
}

export function partial(object: Json, why: string): State {
  return { kind: 'partial', object, why };
}

export function unknown(why: string): State {
  return { kind: 'unknown', why };
}

/** Nothing is missing from it. */
export function isWhole(state: State): state is Whole {
  return state.kind === 'exact' || state.kind === 'computed' || state.kind === 'absent';
}

/** Why it is not known whole. */
export function whyOf(state: State): string {
  return state.kind === 'partial' || state.kind === 'unknown' ? state.why : 'only part of it is in the log';
}

/** What is known of it; null: nothing, or that it is not there. */
export function objectOf(state: State): Json | null {
  return state.kind === 'absent' || state.kind === 'unknown' ? null : state.object;
}

export function versionOf(state: State): string | null {
  const version = at(objectOf(state), 'metadata', 'resourceVersion');
  return typeof version === 'string' ? version : null;
}

/** The answer shows what was there already. */
export function isSameVersion(state: State, shown: Json): boolean {
  const version = versionOf(state);
  return version !== null && version === at(shown, 'metadata', 'resourceVersion');
}

export function generationOf(object: Json | null): number | null {
  const generation = at(object, 'metadata', 'generation');
  return typeof generation === 'number' ? generation : null;
}

/** The same in all that is asked for: what the server counts is left out. */
export function isSameContent(a: Json, b: Json): boolean {
  return isEqual(withoutCounts(a), withoutCounts(b));
}

export function withoutCounts(object: Json): Json {
  const metadata = at(object, 'metadata');
  if (!isMap(metadata)) return object;
  return withField(object, 'metadata', withoutField(withoutField(metadata, 'resourceVersion'), 'generation'));
}

/** As it was before its deletion began. */
export function withoutDeletion(object: Json): Json {
  const names = ['deletionTimestamp', 'deletionGracePeriodSeconds'];
  return names.reduce((left, name) => withPath(left, ['metadata', name], undefined), withoutCounts(object));
}

/** What stands in both: what is sure whichever of them it is. */
export function common(a: Json, b: Json): Json {
  return mapFrom(
    Object.entries(a).flatMap(([name, value]): [string, unknown][] => {
      const other = at(b, name);
      if (isMap(value) && isMap(other)) return [[name, common(value, other)]];
      return isEqual(value, other) && (!isList(value) || isList(other)) ? [[name, value]] : [];
    }),
  );
}
