/**
 * JSON patch (RFC 6902) on an object that may be known only in part. Our own and not fast-json-patch: that one throws where
 * the object at hand lacks what the API server's had, and changes prototypes by `__proto__` unless it refuses the patch.
 */
import { at, isEqual, isList, isMap, withField, withoutField } from './json-tree.ts';
import type { Json } from './step.ts';

export interface Patched {
  readonly object: Json;
  /** What could not be done, or would have failed: the object is not whole any more. */
  readonly undone: readonly string[];
}

/** The patch has been accepted by the server: what fails here, fails for want of knowledge. `isWhole`: there is none. */
export function applyJsonPatch(object: Json, operations: readonly unknown[], isWhole: boolean): Patched {
  let root: unknown = object;
  const undone: string[] = [];
  for (const operation of operations) {
    const result = applied(root, operation, isWhole);
    if (result === undefined) undone.push(pathText(operation));
    else root = result.root;
  }
  return isMap(root) ? { object: root, undone } : { object, undone: [...undone, ''] };
}

/** Of a JSON pointer (RFC 6901); null when it is none. */
export function pointerOf(pointer: unknown): readonly string[] | null {
  if (pointer === '') return [];
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

interface Result {
  readonly root: unknown;
}

function applied(root: unknown, operation: unknown, isWhole: boolean): Result | undefined {
  const path = pointerOf(at(operation, 'path'));
  if (path === null) return undefined;
  const from = pointerOf(at(operation, 'from'));
  const value = at(operation, 'value');
  switch (at(operation, 'op')) {
    case 'add':
      return changed(root, path, (holder, name) => added(holder, name, value), !isWhole);
    case 'replace':
      return path.length === 0
        ? { root: value }
        : changed(root, path, (holder, name) => replaced(holder, name, value), !isWhole);
    case 'remove':
      return (
        changed(root, path, (holder, name) => removed(holder, name, isWhole), false) ?? absent(isWhole, root)
      );
    case 'move': {
      const moved = valueAt(root, from);
      if (from === null || (moved === undefined && !isWhole)) return undefined;
      const taken = changed(root, from, (holder, name) => removed(holder, name, isWhole), false);
      if (taken === undefined) return undefined;
      return changed(taken.root, path, (holder, name) => added(holder, name, moved), !isWhole);
    }
    case 'copy': {
      const copied = valueAt(root, from);
      // The server's library takes what is not there for null.
      if (copied === undefined && !isWhole) return undefined;
      return changed(root, path, (holder, name) => added(holder, name, copied), !isWhole);
    }
    case 'test':
      // It held, or the request would have failed: if not here, this is not the object that the server had.
      return !isWhole || isEqual(valueAt(root, path) ?? null, value ?? null) ? { root } : undefined;
    default:
      return undefined;
  }
}

/** What is not known to be there need not be taken away. */
function absent(isWhole: boolean, root: unknown): Result | undefined {
  return isWhole ? undefined : { root };
}

type Change = (holder: Json | readonly unknown[], name: string) => unknown;

/** `makesMaps`: the way to it may lead through what is not known. Undefined: there is no way. */
function changed(
  value: unknown,
  path: readonly string[],
  change: Change,
  makesMaps: boolean,
): Result | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return undefined;
  const isNothing = value === undefined || value === null;
  const holder = isNothing && makesMaps && !isIndex(name) ? {} : value;
  if (!isMap(holder) && !isList(holder)) return undefined;
  if (rest.length === 0) {
    const result = change(holder, name);
    return result === undefined ? undefined : { root: result };
  }
  if (isList(holder)) {
    const index = indexOf(holder, name, holder.length - 1);
    if (index === null) return undefined;
    const inner = changed(holder[index], rest, change, makesMaps);
    return inner === undefined ? undefined : { root: holder.with(index, inner.root) };
  }
  const inner = changed(at(holder, name), rest, change, makesMaps);
  return inner === undefined ? undefined : { root: withField(holder, name, inner.root) };
}

function added(holder: Json | readonly unknown[], name: string, value: unknown): unknown {
  if (isMap(holder)) return withField(holder, name, value ?? null);
  const index = name === '-' ? holder.length : indexOf(holder, name, holder.length);
  return index === null ? undefined : holder.toSpliced(index, 0, value ?? null);
}

/** Of what is not there too: the server's library does not mind. */
function replaced(holder: Json | readonly unknown[], name: string, value: unknown): unknown {
  if (isMap(holder)) return withField(holder, name, value ?? null);
  const index = indexOf(holder, name, holder.length - 1);
  return index === null ? undefined : holder.with(index, value ?? null);
}

function removed(holder: Json | readonly unknown[], name: string, isWhole: boolean): unknown {
  if (isMap(holder)) return isWhole && !Object.hasOwn(holder, name) ? undefined : withoutField(holder, name);
  const index = indexOf(holder, name, holder.length - 1);
  return index === null ? undefined : holder.toSpliced(index, 1);
}

/** Undefined: it is not there. */
export function valueAt(root: unknown, path: readonly string[] | null): unknown {
  let here = path === null ? undefined : root;
  for (const name of path ?? []) {
    if (isList(here)) here = here[indexOf(here, name, here.length - 1) ?? -1];
    else here = at(here, name);
  }
  return here;
}

/** Counted from the end when negative, as the API server's library has it. */
function indexOf(list: readonly unknown[], name: string, last: number): number | null {
  if (!/^-?\d{1,9}$/.test(name)) return null;
  const index = Number(name) < 0 ? list.length + Number(name) : Number(name);
  return index >= 0 && index <= last ? index : null;
}

function isIndex(name: string): boolean {
  return name === '-' || /^-?\d{1,9}$/.test(name);
}

function pathText(operation: unknown): string {
  const path = at(operation, 'path');
  return typeof path === 'string' ? path : '';
}
