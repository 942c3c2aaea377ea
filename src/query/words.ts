/**
 * The trade's verbs, as data: what each means, what the log can tell of it at Metadata level, and which requests can be
 * one. Coarse on purpose: questions/deeds.ts decides, from bodies too, which of those requests really are.
 */
import { absent, all, any, equals, oneOf, type Predicate } from './predicate.ts';

export interface Word {
  readonly name: string;
  /** For help and docs, after "who did …". */
  readonly means: string;
  /** What can be told of it when only metadata is logged. */
  readonly atMetadata: string;
  /** API verbs of the requests that can be this deed; null: any. */
  readonly verbs: readonly string[] | null;
  /** Subresources it goes through; 'main': the object itself; 'any'. */
  readonly through: readonly string[] | 'main' | 'any';
  /** What it is done to, when that is fixed. */
  readonly to: { readonly group: string; readonly resources: readonly string[] } | null;
  /** Requests that show that such a deed would be in the log: the same resource, and these verbs. Null: any verb. */
  readonly witnessVerbs: readonly string[] | null;
}

export const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;
export const READS = ['get', 'list', 'watch'] as const;
const CONNECTS = ['get', 'create'] as const;
const PODS = { group: '', resources: ['pods'] } as const;
const NODES = { group: '', resources: ['nodes'] } as const;

export const WORDS: readonly Word[] = [
  {
    name: 'delete',
    means:
      'delete, deletecollection that took it, deletion of its namespace or its CRD, eviction, removal of the last finalizer',
    atMetadata: 'collections: likely, not proven',
    verbs: ['delete', 'deletecollection', 'create', 'patch', 'update'],
    through: 'any',
    to: null,
    witnessVerbs: WRITES,
  },
  {
    name: 'create',
    means: 'create, server-side apply or update that made it, generateName',
    atMetadata: 'generated names unknown',
    verbs: ['create', 'patch', 'update'],
    through: 'main',
    to: null,
    witnessVerbs: WRITES,
  },
  {
    name: 'change',
    means: 'create, update, patch or delete that took effect (status left out)',
    atMetadata: 'no-ops cannot be told',
    verbs: WRITES,
    through: 'any',
    to: null,
    witnessVerbs: WRITES,
  },
  {
    name: 'scale',
    means: 'the scale subresource, or a change of spec.replicas',
    atMetadata: 'the subresource only',
    verbs: ['update', 'patch'],
    through: 'any',
    to: null,
    witnessVerbs: WRITES,
  },
  {
    name: 'restart',
    means: 'the restartedAt annotation on the template, or field manager kubectl-rollout',
    atMetadata: 'by field manager',
    verbs: ['update', 'patch'],
    through: 'main',
    to: null,
    witnessVerbs: WRITES,
  },
  {
    name: 'rollout',
    means: 'a change of the pod template',
    atMetadata: 'unknown',
    verbs: ['update', 'patch'],
    through: 'main',
    to: null,
    witnessVerbs: WRITES,
  },
  connect('exec', 'ran a command in the pod', ['exec']),
  connect('attach', 'attached to the pod', ['attach']),
  connect('port-forward', 'forwarded a port of the pod', ['portforward']),
  connect('logs', "read the pod's logs", ['log']),
  {
    name: 'debug',
    means: 'put an ephemeral container into the pod',
    atMetadata: 'known',
    verbs: ['update', 'patch'],
    through: ['ephemeralcontainers'],
    to: PODS,
    witnessVerbs: WRITES,
  },
  {
    name: 'read',
    means: "get, list or watch, but not a deletion's own waiting",
    atMetadata: 'known',
    verbs: READS,
    through: 'main',
    to: null,
    witnessVerbs: READS,
  },
  {
    name: 'evict',
    means: 'the eviction subresource',
    atMetadata: 'known',
    verbs: ['create'],
    through: ['eviction'],
    to: PODS,
    witnessVerbs: ['create'],
  },
  {
    name: 'drain',
    means: 'cordon, and evictions by the same actor',
    atMetadata: 'likely',
    verbs: ['update', 'patch'],
    through: 'main',
    to: NODES,
    witnessVerbs: WRITES,
  },
  {
    name: 'cordon',
    means: 'spec.unschedulable set',
    atMetadata: 'unknown',
    verbs: ['update', 'patch'],
    through: 'main',
    to: NODES,
    witnessVerbs: WRITES,
  },
  {
    name: 'uncordon',
    means: 'spec.unschedulable removed',
    atMetadata: 'unknown',
    verbs: ['update', 'patch'],
    through: 'main',
    to: NODES,
    witnessVerbs: WRITES,
  },
  {
    name: 'bind',
    means: 'a role binding made or changed',
    atMetadata: 'known',
    verbs: ['create', 'update', 'patch'],
    through: 'main',
    to: { group: 'rbac.authorization.k8s.io', resources: ['rolebindings', 'clusterrolebindings'] },
    witnessVerbs: WRITES,
  },
  {
    name: 'approve',
    means: 'a certificate signing request approved or denied',
    atMetadata: 'known',
    verbs: ['update', 'patch'],
    through: ['approval'],
    to: { group: 'certificates.k8s.io', resources: ['certificatesigningrequests'] },
    witnessVerbs: ['update', 'patch'],
  },
  {
    name: 'token',
    means: 'a token of the service account issued (TokenRequest)',
    atMetadata: 'known',
    verbs: ['create'],
    through: ['token'],
    to: { group: '', resources: ['serviceaccounts'] },
    witnessVerbs: ['create'],
  },
  {
    name: 'impersonate',
    means: 'acted, or tried to act, as another',
    atMetadata: 'known',
    verbs: null,
    through: 'any',
    to: null,
    witnessVerbs: null,
  },
  {
    name: 'touch',
    means: 'anything',
    atMetadata: 'known',
    verbs: null,
    through: 'any',
    to: null,
    witnessVerbs: null,
  },
];

/** The API's own verbs, and the HTTP methods of non-resource requests: taken to the letter. */
const API_VERBS = [
  ...READS,
  'update',
  'patch',
  'deletecollection',
  'post',
  'put',
  'head',
  'options',
  'proxy',
];

export function findWord(typed: string): Word | null {
  const name = typed.toLowerCase();
  const known = WORDS.find((word) => word.name === name);
  if (known !== undefined) return known;
  if (!API_VERBS.includes(name)) return null;
  const isRead = (READS as readonly string[]).includes(name);
  return {
    name,
    means: `the API verb ${name}, to the letter`,
    atMetadata: 'known',
    verbs: [name],
    through: 'any',
    to: null,
    witnessVerbs: isRead ? READS : WRITES,
  };
}

/** Requests whose verb and subresource can be this word's. `subresource`: asked for by name, whatever the word goes through. */
export function wordPredicate(word: Word, subresource: string | null): Predicate {
  return all(
    ...(word.verbs === null ? [] : [oneOf('verb', word.verbs)]),
    ...(word.to === null
      ? []
      : [equals('objectRef.apiGroup', word.to.group), oneOf('objectRef.resource', word.to.resources)]),
    subresource === null ? throughPredicate(word) : equals('objectRef.subresource', subresource),
  );
}

/** Requests that witness that the word's deeds are logged; to be joined with the resource asked about. */
export function witnessPredicate(word: Word, isPath: boolean): Predicate {
  if (isPath) return absent('objectRef.resource');
  return all(
    ...(word.witnessVerbs === null ? [] : [oneOf('verb', word.witnessVerbs)]),
    ...(word.to === null
      ? []
      : [equals('objectRef.apiGroup', word.to.group), oneOf('objectRef.resource', word.to.resources)]),
    ...(word.name === 'touch' || word.name === 'impersonate' ? [] : [witnessThrough(word)]),
  );
}

function throughPredicate(word: Word): Predicate {
  if (word.through === 'any') return all();
  if (word.through === 'main') return absent('objectRef.subresource');
  return oneOf('objectRef.subresource', word.through);
}

function witnessThrough(word: Word): Predicate {
  if (word.name === 'scale')
    return any(absent('objectRef.subresource'), equals('objectRef.subresource', 'scale'));
  return word.through === 'any' ? absent('objectRef.subresource') : throughPredicate(word);
}

function connect(name: string, means: string, through: readonly string[]): Word {
  // The websocket is a get, SPDY a create: the verb says nothing about who may (kubernetes/kubectl#1761).
  return {
    name,
    means,
    atMetadata: 'known; commands in the URI',
    verbs: CONNECTS,
    through,
    to: PODS,
    witnessVerbs: CONNECTS,
  };
}
