/** Which requests who-did reads: what may be the deed, what explains it, what helps when there is none, and the witnesses. */
import {
  isOneObject,
  type ObjectQuery,
  objectPredicate,
  resourcePredicate,
} from '../../query/object-query.ts';
import { absent, all, any, equals, glob, not, oneOf, type Predicate } from '../../query/predicate.ts';
import { type Word, WRITES, witnessPredicate, wordPredicate } from '../../query/words.ts';
import { isAnIdentity } from './deeds.ts';
import type { WhoDidParams } from './who-did.ts';

/**
 * Coarse: the word's requests on the object that pass the filters; whatever explains them, filters or not; and, for one
 * object, the same name elsewhere.
 */
export function wanted(params: WhoDidParams): Predicate {
  const { word, object, filters } = params;
  const asked = object.kind === 'path' ? verbsOf(word) : wordScope(word, object);
  const core = all(word.name === 'bind' ? bindScope(object) : objectScope(word, object), asked, filters);
  return any(core, ...explaining(word, object), ...nearby(word, object));
}

function wordScope(word: Word, object: ObjectQuery): Predicate {
  const scope = wordPredicate(word, object.kind === 'resource' ? object.subresource : null);
  const evictions = all(
    equals('objectRef.resource', 'pods'),
    equals('objectRef.subresource', 'eviction'),
    equals('verb', 'create'),
  );
  return word.name === 'drain' ? any(scope, evictions) : scope;
}

/** Non-resource requests have HTTP methods for verbs: a word such as read means its own verbs there too. */
function verbsOf(word: Word): Predicate {
  return word.verbs === null ? all() : oneOf('verb', word.verbs);
}

function objectScope(word: Word, object: ObjectQuery): Predicate {
  if (word.name === 'impersonate')
    return all(IMPERSONATION, isAnIdentity(object) ? all() : objectPredicate(object));
  if (word.name === 'drain') return any(objectPredicate(object), equals('objectRef.subresource', 'eviction'));
  return objectPredicate(object);
}

/** Done as another; or refused before anything else was looked at, which names nobody. */
const IMPERSONATION: Predicate = any(
  not(absent('impersonatedUser.username')),
  all(equals('responseStatus.code', '403'), absent('impersonatedUser.username')),
);

/** Of anything at all there is no kind to witness. A role is bound through bindings. */
export function witnessOf({ word, object }: WhoDidParams): Predicate | null {
  if (object.kind === 'anything' && word.to === null) return null;
  if (word.name === 'impersonate' && isAnIdentity(object)) return null;
  const resource = word.name === 'bind' ? all() : resourcePredicate(object);
  return all(resource, witnessPredicate(word, object.kind === 'path'));
}

function bindScope(object: ObjectQuery): Predicate {
  const isRole =
    object.kind === 'resource' && object.resources.some((r) => r === 'roles' || r === 'clusterroles');
  return isRole ? all() : objectPredicate(object);
}

/** How things stood before tells whether these happened: what made and changed the object is read too. */
const JUDGED_BY_STATE: ReadonlySet<string> = new Set([
  'scale',
  'restart',
  'rollout',
  'cordon',
  'uncordon',
  'bind',
]);

function stateScope(word: Word, object: ObjectQuery): Predicate {
  if (word.name !== 'bind' || word.to === null) return objectPredicate(object);
  const { group, resources } = word.to;
  return all(equals('objectRef.apiGroup', group), oneOf('objectRef.resource', resources), bindScope(object));
}

/** Where an evicted pod was, its kubelet tells; whether another node was being drained too, the cordons. */
const COMPLETIONS: Predicate = all(
  equals('objectRef.resource', 'pods'),
  equals('verb', 'delete'),
  glob('user.username', 'system:node:*'),
);
const NODE_WRITES: Predicate = all(
  equals('objectRef.apiGroup', ''),
  equals('objectRef.resource', 'nodes'),
  absent('objectRef.subresource'),
  oneOf('verb', ['update', 'patch']),
);

function explaining(word: Word, object: ObjectQuery): Predicate[] {
  if (word.name === 'drain') return [COMPLETIONS, NODE_WRITES];
  if (word.name === 'read') return [all(objectPredicate(object), equals('verb', 'delete'))];
  if (JUDGED_BY_STATE.has(word.name)) return [all(stateScope(word, object), oneOf('verb', WRITES))];
  if (word.name !== 'delete' && word.name !== 'change') return [];
  const life = all(objectPredicate(object), oneOf('verb', WRITES));
  if (object.kind !== 'resource') return [];
  const ends: Predicate[] = [];
  if (object.isNamespaced !== false) {
    const which = object.namespace === null ? all() : equals('objectRef.name', object.namespace);
    ends.push(all(equals('objectRef.resource', 'namespaces'), equals('verb', 'delete'), which));
  }
  if (object.group !== '')
    ends.push(all(equals('objectRef.resource', 'customresourcedefinitions'), equals('verb', 'delete')));
  return [life, ...ends];
}

/**
 * The same name in another namespace or of another kind: what helps when nothing is found. What was changed elsewhere comes near
 * no deletion: of a name that a hundred namespaces use, that is nearly all there is.
 */
function nearby(word: Word, object: ObjectQuery): Predicate[] {
  if (!isOneObject(object) || object.kind !== 'resource' || object.name === null) return [];
  const named = equals('objectRef.name', object.name);
  const verbs = [...new Set([...(word.verbs ?? WRITES), ...(word.name === 'delete' ? WRITES : [])])];
  if (word.name !== 'delete' || object.namespace === null || object.isNamespaced === false)
    return [all(named, oneOf('verb', verbs))];
  const here = any(equals('objectRef.namespace', object.namespace), absent('objectRef.namespace'));
  return [
    all(
      named,
      oneOf(
        'verb',
        verbs.filter((verb) => !CHANGES.includes(verb)),
      ),
    ),
    all(named, here, oneOf('verb', CHANGES)),
  ];
}

const CHANGES = ['patch', 'update'];
