/** `did:` of a rule: words of the trade → requests that are the deed by their metadata alone, each by itself. */
import { UserError } from '../../errors.ts';
import { didYouMean } from '../../query/nearest.ts';
import { absent, all, any, equals, not, oneOf, type Predicate } from '../../query/predicate.ts';
import { findWord, WRITES, wordPredicate } from '../../query/words.ts';

const ITSELF = all(not(absent('objectRef.resource')), absent('objectRef.subresource'));
const MADE: Predicate = { kind: 'codeBetween', from: 201, to: 201 };

/** Where query/words.ts means more than a request by itself shows. */
const PRECISE: ReadonlyMap<string, Predicate> = new Map([
  ['touch', all()],
  [
    'delete',
    any(
      all(oneOf('verb', ['delete', 'deletecollection']), ITSELF),
      all(
        equals('verb', 'create'),
        equals('objectRef.resource', 'pods'),
        equals('objectRef.subresource', 'eviction'),
      ),
    ),
  ],
  [
    'create',
    // An update or a patch that made the object is answered with 201.
    all(ITSELF, any(equals('verb', 'create'), all(oneOf('verb', ['update', 'patch']), MADE))),
  ],
  ['change', all(ITSELF, oneOf('verb', WRITES))],
  ['scale', all(oneOf('verb', ['update', 'patch']), equals('objectRef.subresource', 'scale'))],
  ['impersonate', not(absent('impersonatedUser.username'))],
]);

/** As they are: a type, subresources and verbs. */
const PLAIN = [
  'exec',
  'attach',
  'port-forward',
  'logs',
  'debug',
  'read',
  'evict',
  'bind',
  'approve',
  'token',
];
/** The subresource is in the word: `did: exec` goes with `resource: pods`. */
const THROUGH: ReadonlySet<string> = new Set([
  ...[
    'exec',
    'attach',
    'port-forward',
    'logs',
    'debug',
    'evict',
    'approve',
    'token',
    'scale',
    'delete',
    'touch',
  ],
  'impersonate',
]);
/** Which bodies tell, or several requests together. */
const TOLD_BY_BODIES: Readonly<Record<string, string>> = {
  restart: 'verb: patch, where: \'at(requestObject, "spec.template.metadata.annotations", {}).size() > 0\'',
  rollout: 'verb: patch, where: \'at(requestObject, "spec.template", null) != null\'',
  drain: 'did: evict, with within: and count:',
  cordon: 'resource: nodes, verb: patch, where: \'at(requestObject, "spec.unschedulable", false) == true\'',
  uncordon: 'resource: nodes, verb: patch, where: \'at(requestObject, "spec.unschedulable", true) != true\'',
};

export function isThrough(word: string): boolean {
  return THROUGH.has(word);
}

export function deedPredicate(typed: string): Predicate {
  const precise = PRECISE.get(typed);
  if (precise !== undefined) return precise;
  const word = PLAIN.includes(typed) ? findWord(typed) : null;
  if (word !== null) return wordPredicate(word, null);
  const words = [...PRECISE.keys(), ...PLAIN];
  const mend = Object.hasOwn(TOLD_BY_BODIES, typed) ? TOLD_BY_BODIES[typed] : undefined;
  if (mend !== undefined)
    throw new UserError('AUDIT_BAD_RULE', `${typed} is not told by one request’s metadata`, {
      hint: `say what is in the request: ${mend}`,
    });
  throw new UserError(
    'AUDIT_BAD_RULE',
    `${JSON.stringify(typed)} is nothing that is done${didYouMean(typed, words)}`,
    { hint: `words are ${words.join(', ')}; the API’s own verbs are verb:` },
  );
}
