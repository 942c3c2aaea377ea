/** The object of a question as kubectl names objects: `deploy/api`, `deploy api`, `pods`; or a URL path. */
import { UserError } from '../errors.ts';
import { parseResource } from '../event/resource-names.ts';
import type { ObjectQuery } from './object-query.ts';
import type { Word } from './words.ts';

export interface Placed {
  /** Null: all namespaces. */
  readonly namespace: string | null;
  readonly subresource: string | null;
}

/** `words`: what stands after the verb: nothing, TYPE, TYPE/NAME, TYPE NAME, or a path that starts with a slash. */
export function parseObject(word: Word, words: readonly string[], placed: Placed): ObjectQuery {
  const [first, second, ...more] = words;
  if (first === undefined || first === '') return ofFixedType(word, null, placed);
  if (first.startsWith('/')) {
    if (second !== undefined)
      throw new UserError('AUDIT_BAD_OBJECT', `a URL stands alone: "${words.join(' ')}"`);
    return { kind: 'path', pattern: first };
  }
  if (more.length > 0) {
    throw new UserError('AUDIT_BAD_OBJECT', `one object at a time: "${words.join(' ')}"`, {
      hint: "use a glob: TYPE/'web-*'",
    });
  }
  const slash = first.indexOf('/');
  if (slash === -1) {
    if (second === undefined && word.to !== null && !isTypeOf(word, first))
      return ofFixedType(word, first, placed);
    return ofType(word, first, second ?? null, placed);
  }
  if (second !== undefined) {
    throw new UserError('AUDIT_BAD_OBJECT', `"${first}" already names an object, and "${second}" follows`, {
      hint: `say ${first} or ${first.slice(0, slash)} ${second}`,
    });
  }
  const name = first.slice(slash + 1);
  if (name === '')
    throw new UserError('AUDIT_BAD_OBJECT', `"${first}" lacks a name`, {
      hint: `say ${first.slice(0, slash)} for all of them`,
    });
  if (name.includes('/')) {
    throw new UserError('AUDIT_BAD_OBJECT', `"${first}" has two slashes`, {
      hint: `subresources are a flag: ${first.split('/').slice(0, 2).join('/')} --subresource ${name.split('/')[1] ?? ''}`,
    });
  }
  return ofType(word, first.slice(0, slash), name, placed);
}

function isTypeOf(word: Word, typed: string): boolean {
  const { resources } = parseResource(typed);
  if (word.name === 'bind') return resources.some((r) => r.endsWith('roles') || r.endsWith('bindings'));
  return resources.some((resource) => word.to?.resources.includes(resource));
}

function ofFixedType(word: Word, name: string | null, placed: Placed): ObjectQuery {
  if (word.to === null) return { kind: 'anything', namespace: placed.namespace };
  const [first = ''] = word.to.resources;
  return {
    kind: 'resource',
    typed: first,
    resources: word.to.resources,
    group: word.to.group,
    isNamespaced: isNamespacedType(word),
    subresource: placed.subresource,
    name,
    namespace: placed.namespace,
  };
}

function isNamespacedType(word: Word): boolean | null {
  if (word.to === null) return null;
  const kinds = word.to.resources.map(
    (resource) =>
      parseResource(`${resource}${word.to?.group === '' ? '' : `.${word.to?.group}`}`).isNamespaced,
  );
  const [first = null] = kinds;
  return kinds.every((kind) => kind === first) ? first : null;
}

function ofType(word: Word, typed: string, name: string | null, placed: Placed): ObjectQuery {
  const known = parseResource(typed);
  if (word.to !== null && !isTypeOf(word, typed)) {
    throw new UserError(
      'AUDIT_BAD_OBJECT',
      `${word.name} is something done to ${word.to.resources.join(' or ')}, not to "${typed}"`,
      {
        hint: `who-did ${word.name} ${word.to.resources[0] ?? ''}/NAME`,
      },
    );
  }
  return {
    kind: 'resource',
    typed,
    resources: known.resources,
    group: known.group,
    isNamespaced: known.isNamespaced,
    subresource: placed.subresource,
    name,
    namespace: placed.namespace,
  };
}
