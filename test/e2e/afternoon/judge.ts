/** Whether what a history claims of a moment is so: the whole object where it says so, a part of it where it knows a part. */
import { isDeepStrictEqual } from 'node:util';
import type { State } from '../../../src/questions/object-history/step.ts';

type Json = Readonly<Record<string, unknown>>;

export type Verdict = { readonly claim: State['kind']; readonly wrong: readonly string[] };

/** `seen`: as `kubectl get` showed it; null: there was none. */
export function judge(state: State, seen: Json | null): Verdict {
  switch (state.kind) {
    case 'unknown':
      return { claim: 'unknown', wrong: state.why === '' ? ['does not say why'] : [] };
    case 'absent':
      return { claim: 'absent', wrong: seen === null ? [] : ['it was there'] };
    case 'exact':
      return {
        claim: 'exact',
        wrong: seen === null ? ['it was not there'] : differences(state.object, shown(seen), ''),
      };
    case 'computed':
      return {
        claim: 'computed',
        wrong:
          seen === null
            ? ['it was not there']
            : differences(state.object, withVersionOf(state.object, shown(seen)), ''),
      };
    case 'partial': {
      const wrong = seen === null ? ['it was not there'] : missing(state.object, shown(seen), '');
      return { claim: 'partial', wrong: state.why === '' ? [...wrong, 'does not say why'] : wrong };
    }
  }
}

/** What no answer shows: who owns which field. */
export function shown(seen: Json): Json {
  const { managedFields: _owners, ...metadata } = seen.metadata as Json;
  return { ...seen, metadata };
}

/** A computed state may leave it open which version the server gave it. */
function withVersionOf(claimed: Json, seen: Json): Json {
  const { resourceVersion: claimedVersion } = (claimed.metadata ?? {}) as Json;
  if (claimedVersion !== undefined) return seen;
  const { resourceVersion: _version, ...metadata } = seen.metadata as Json;
  return { ...seen, metadata };
}

/** Null and no field at all are the same in the API; the server writes either, by type. */
export function differences(claimed: unknown, seen: unknown, path: string): string[] {
  if (isDeepStrictEqual(claimed ?? null, seen ?? null)) return [];
  if (isMap(claimed) && isMap(seen)) {
    const names = new Set([...Object.keys(claimed), ...Object.keys(seen)]);
    return [...names].flatMap((name) => differences(claimed[name], seen[name], `${path}.${name}`));
  }
  if (Array.isArray(claimed) && Array.isArray(seen) && claimed.length === seen.length)
    return claimed.flatMap((item, at) => differences(item, seen[at], `${path}[${at}]`));
  return [`${path}: ${brief(claimed)}, seen ${brief(seen)}`];
}

/** What is claimed and was not so; what is not claimed is nobody's fault. Items of a list may be left out, not invented. */
export function missing(claimed: unknown, seen: unknown, path: string): string[] {
  if (isMap(claimed) && isMap(seen))
    return Object.keys(claimed).flatMap((name) => missing(claimed[name], seen[name], `${path}.${name}`));
  if (Array.isArray(claimed) && Array.isArray(seen)) {
    return claimed.flatMap((item, at) =>
      seen.some((one) => missing(item, one, '').length === 0)
        ? []
        : [`${path}[${at}]: ${brief(item)}, not in ${brief(seen)}`],
    );
  }
  return isDeepStrictEqual(claimed ?? null, seen ?? null)
    ? []
    : [`${path}: ${brief(claimed)}, seen ${brief(seen)}`];
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
