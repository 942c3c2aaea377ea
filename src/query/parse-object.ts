/** The object of a question as kubectl names objects: `deploy/api`, `deploy api`, `pods`; or a URL path. */
import { UserError } from '../errors.ts';
import { parsePath } from '../event/request-path.ts';
import { parseResource } from '../event/resource-names.ts';
import type { ResourceType } from '../event/resource-table.ts';
import type { ObjectQuery } from './object-query.ts';
import type { Word } from './words.ts';

export interface Placed {
  /** Null: all namespaces. */
  readonly namespace: string | null;
  readonly subresource: string | null;
  /** What the cluster serves; left out: the built-in table. */
  readonly types?: readonly ResourceType[] | undefined;
}

/** `words`: what stands after the verb: nothing, TYPE, TYPE/NAME, TYPE NAME, or a path that starts with a slash. */
export function parseObject(word: Word, words: readonly string[], placed: Placed): ObjectQuery {
  const [first, second, ...more] = words;
  if (first === undefined) return ofFixedType(word, null, placed);
  if (words.includes('')) {
    throw badObject(`an empty word: ${words.map((each) => JSON.stringify(each)).join(' ')}`, EMPTY_HINT);
  }
  if (first.startsWith('/')) return ofUrl(word, first, second, placed);
  const slash = first.indexOf('/');
  const type = slash === -1 ? first : first.slice(0, slash);
  if (more.length > 0 || (slash !== -1 && second !== undefined)) {
    throw badObject(
      `one object at a time: ${JSON.stringify(words.join(' '))}`,
      `ask for each; or for some of them: ${type}/'web-*', or all: ${type}`,
    );
  }
  if (slash !== -1) return ofType(word, type, nameAfter(first, slash), placed);
  const isNameAlone = second === undefined && word.to !== null && !isTypeOf(word, first, placed);
  return isNameAlone ? ofFixedType(word, first, placed) : ofType(word, first, second ?? null, placed);
}

const EMPTY_HINT = 'is a variable not set? TYPE/NAME, TYPE NAME or TYPE is wanted; or nothing at all';

/** What is behind `TYPE/`. */
function nameAfter(typed: string, slash: number): string {
  const type = typed.slice(0, slash);
  const [name = '', subresource, ...more] = typed.slice(slash + 1).split('/');
  if (name === '') throw badObject(`${JSON.stringify(typed)} lacks a name`, `say ${type} for all of them`);
  if (subresource === undefined) return name;
  const hint =
    subresource === '' || more.length > 0
      ? `say ${type}/${name}`
      : `subresources are a flag: ${type}/${name} --subresource ${subresource}`;
  throw badObject(`${JSON.stringify(typed)} has more than one slash`, hint);
}

/** The path of a resource is one more way to name an object; any other stands for itself. */
function ofUrl(word: Word, url: string, second: string | undefined, placed: Placed): ObjectQuery {
  if (second !== undefined) throw badObject(`a URL stands alone: ${JSON.stringify(`${url} ${second}`)}`);
  const [path = '', query] = url.split(/[?#](?=.*=)/s);
  if (query !== undefined) {
    throw badObject(
      `${JSON.stringify(url)} is more than a path`,
      `${path}, and for the rest: --where 'requestURI.contains(${JSON.stringify(query)})'`,
    );
  }
  const ref = parsePath(path);
  if (ref === null) return { kind: 'path', pattern: path };
  const type = `${ref.resource}.${ref.group}`;
  const { isNamespaced } = parseResource(type, placed.types);
  const namespace = (isNamespaced === false ? null : ref.namespace) ?? placed.namespace;
  return ofType(word, type, ref.name, {
    ...placed,
    namespace,
    subresource: ref.subresource ?? placed.subresource,
  });
}

function isTypeOf(word: Word, typed: string, { types }: Placed): boolean {
  const { resources } = parseResource(typed, types);
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
  const known = parseResource(typed, placed.types);
  if (word.to !== null && !isTypeOf(word, typed, placed)) {
    throw badObject(
      `${word.name} is something done to ${word.to.resources.join(' or ')}, not to "${typed}"`,
      `who-did ${word.name} ${word.to.resources[0] ?? ''}/NAME`,
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

function badObject(message: string, hint?: string): UserError {
  return new UserError('AUDIT_BAD_OBJECT', message, hint === undefined ? {} : { hint });
}
