/** fast-check arbitraries: audit events as JSON (v1), and requests with their stages. Predicates: arbitrary-predicate.ts. */
import fc from 'fast-check';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

export type EventJson = Record<string, unknown>;

/** Chosen by attackers, all of it. */
export const HOSTILE = [
  '\u001b[31mred\u001b[0m',
  'a"b\'c`d\\e',
  '\u202etxt.exe',
  "x' OR 1=1 --",
  '{"a":1} | json',
  '__proto__',
  'constructor',
  'line\nbreak\r\ttab',
  '*?[a-z]*',
  '😀 naïve ﬀ İ',
  '=cmd|/C calc!A0',
  '<script>alert(1)</script>',
  '%2F..%2f',
  'a'.repeat(3000),
] as const;

/** Few, so that predicates hit them. */
export const USERS = [
  'alice',
  'bob',
  'system:node:cp-1',
  'system:serviceaccount:ci:runner',
  'system:anonymous',
  'eks:mgr',
  HOSTILE[1],
];

/** A value that might act on a query. `ofTheLanguage`: what would in that one. */
export function hostileText(...ofTheLanguage: readonly [string, ...string[]]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...HOSTILE, ...HOSTILE_TEXTS),
    fc.constantFrom(...ofTheLanguage),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
  );
}
/** Where the person behind a shared login may stand, and who that is. */
const EXTRAS = [
  [{ sessionName: ['alice-7'] }, 'alice-7'],
  [{ arn: ['arn:aws:sts::12:assumed-role/ops/carol@corp'] }, 'carol@corp'],
  [{ 'example.com/x': ['alice-7'] }, null],
  [{ preferred_username: ['dave'] }, 'dave'],
  [{ sessionName: [HOSTILE[1]] }, HOSTILE[1]],
  [{ sessionName: [] }, null],
] as const;
export const SESSIONS = EXTRAS.flatMap(([, session]) => session ?? []);
export const GROUPS = ['ops', 'dev', 'system:masters', HOSTILE[3]];
export const AGENTS = ['kubectl/v1.34.1', 'Helm/3.1', 'kube-scheduler', ...HOSTILE];
export const ADDRESSES = [
  '10.0.3.7',
  '192.168.1.9',
  '::1',
  '::ffff:10.0.0.9',
  'fd00::1',
  'not an address',
  HOSTILE[0],
];
export const NAMES = ['api', 'web-1', 'web-2', HOSTILE[1], HOSTILE[5], HOSTILE[9]];
export const NAMESPACES = ['prod', 'dev'];
export const RESOURCES = [
  { group: '', resource: 'pods', isNamespaced: true, subresources: [null, 'exec', 'status'] },
  { group: '', resource: 'namespaces', isNamespaced: false, subresources: [null, 'status'] },
  { group: 'apps', resource: 'deployments', isNamespaced: true, subresources: [null, 'scale', 'status'] },
];
export const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
export const CODES = [101, 200, 201, 401, 403, 404, 409, 500];
/** Small, so that events meet window edges. */
const TIMES = { min: 0, max: 50 } as const;
export const EPOCH_MS = Date.parse('2026-11-22T10:00:00Z');
/** Microseconds: before the events, among them, and after. */
export const INSTANTS = [-1, 10, 25, 26, 40, 100].map((micros) => EPOCH_MS * 1000 + micros);

const user = fc.record(
  {
    username: fc.constantFrom(...USERS),
    uid: fc.constant('u-1'),
    groups: fc.subarray(GROUPS),
    extra: fc.constantFrom(...EXTRAS.map(([extra]) => extra)),
  },
  { requiredKeys: ['username'] },
);

interface Path {
  readonly requestURI: string;
  readonly objectRef: EventJson | null;
  readonly namesLater: boolean;
}

/** A URL and the reference that the API server makes of it. */
function pathFor(verb: string): fc.Arbitrary<Path> {
  const ofNothing = fc.constantFrom('/healthz', '/version?timeout=1s', '/api').map((requestURI) => ({
    requestURI,
    objectRef: null,
    namesLater: false,
  }));
  const ofResource = fc
    .constantFrom(...RESOURCES)
    .chain((type) =>
      fc.record({
        type: fc.constant(type),
        namespace: fc.constantFrom(...NAMESPACES),
        name: fc.constantFrom(...NAMES),
        subresource: fc.constantFrom(null, ...type.subresources),
        query: fc.constantFrom('', '?dryRun=All', '?fieldManager=kubectl&limit=5'),
      }),
    )
    .map(({ type, namespace, name, subresource, query }): Path => {
      const isCollection =
        ['list', 'watch', 'deletecollection', 'create'].includes(verb) && subresource === null;
      const root = type.group === '' ? '/api/v1' : `/apis/${type.group}/v1`;
      const within = type.isNamespaced ? `/namespaces/${namespace}` : '';
      const object = isCollection ? '' : `/${encodeURIComponent(name)}`;
      const below = isCollection || subresource === null ? '' : `/${subresource}`;
      return {
        requestURI: `${root}${within}/${type.resource}${object}${below}${query}`,
        objectRef: {
          resource: type.resource,
          ...(type.isNamespaced ? { namespace } : {}),
          ...(isCollection ? {} : { name }),
          ...(isCollection || subresource === null ? {} : { subresource }),
          ...(type.group === '' ? {} : { apiGroup: type.group }),
          apiVersion: 'v1',
        },
        namesLater: verb === 'create' && isCollection,
      };
    });
  return fc.oneof({ weight: 1, arbitrary: ofNothing }, { weight: 6, arbitrary: ofResource });
}

/** One request's events in the order in which the API server writes them, the outcome last. */
export function requestJson(): fc.Arbitrary<readonly EventJson[]> {
  return fc.constantFrom(...VERBS).chain((verb) =>
    fc
      .record({
        auditID: fc.oneof(fc.uuid(), fc.constantFrom('same-id', HOSTILE[2])),
        path: pathFor(verb),
        user: fc.oneof({ weight: 8, arbitrary: user }, { weight: 1, arbitrary: fc.constant({}) }),
        as: fc.option(user, { freq: 4, nil: null }),
        sourceIPs: fc.array(fc.constantFrom(...ADDRESSES), { maxLength: 3 }),
        userAgent: fc.option(fc.constantFrom(...AGENTS), { freq: 8, nil: null }),
        level: fc.constantFrom('Metadata', 'Request', 'RequestResponse'),
        at: fc.nat({ max: TIMES.max }),
        code: fc.constantFrom(...CODES),
        laterName: fc.constantFrom(...NAMES),
        isGenerated: fc.boolean(),
        bodyDryRun: fc.boolean(),
        stages: fc.constantFrom('all', 'outcome', 'no outcome', 'panic'),
      })
      .map((r) => stagesOf(verb, r)),
  );
}

/** One event at any stage. */
export function eventJson(): fc.Arbitrary<EventJson> {
  return requestJson().chain((stages) => fc.constantFrom(...stages));
}

/** Events of several requests, all stages, in any order, some of them repeated. */
export function logJson(): fc.Arbitrary<readonly EventJson[]> {
  return fc.array(requestJson(), { maxLength: 12 }).chain((requests) => {
    const events = requests.flat();
    const repeats =
      events.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...events), { maxLength: 3 });
    return repeats.chain((again) => {
      const all = [...events, ...again];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
  });
}

interface Drawn {
  readonly auditID: string;
  readonly path: Path;
  readonly user: EventJson;
  readonly as: EventJson | null;
  readonly sourceIPs: readonly string[];
  readonly userAgent: string | null;
  readonly level: string;
  readonly at: number;
  readonly code: number;
  readonly laterName: string;
  readonly isGenerated: boolean;
  readonly bodyDryRun: boolean;
  readonly stages: string;
}

function stagesOf(verb: string, r: Drawn): EventJson[] {
  const common = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: r.level,
    auditID: r.auditID,
    requestURI: r.path.requestURI,
    verb,
    user: r.user,
    ...(r.sourceIPs.length === 0 ? {} : { sourceIPs: r.sourceIPs }),
    ...(r.userAgent === null ? {} : { userAgent: r.userAgent }),
    requestReceivedTimestamp: timestamp(r.at),
  };
  const early = r.path.objectRef === null ? {} : { objectRef: r.path.objectRef };
  const received = { ...common, ...early, stage: 'RequestReceived', stageTimestamp: timestamp(r.at) };
  const started = {
    ...received,
    ...lateFields(verb, r),
    stage: 'ResponseStarted',
    stageTimestamp: timestamp(r.at + 1),
  };
  // Failed authentication: ResponseStarted alone, and no user (audit-semantics.md §4.1).
  if (r.code === 401) return [{ ...started, user: {}, impersonatedUser: undefined }].map(withoutUndefined);
  const outcome = {
    ...started,
    stage: r.stages === 'panic' ? 'Panic' : 'ResponseComplete',
    stageTimestamp: timestamp(r.at + 2),
  };
  switch (r.stages) {
    case 'outcome':
      return [outcome];
    case 'no outcome':
      return [received];
    default:
      return [received, started, outcome];
  }
}

/** What is known only after authorization, decoding and storage. */
function lateFields(verb: string, r: Drawn): EventJson {
  const { objectRef, namesLater } = r.path;
  const hasBody = r.level !== 'Metadata' && objectRef !== null && !['get', 'list', 'watch'].includes(verb);
  const named = { metadata: { name: r.laterName, uid: 'uid-1' } };
  const body = verb.startsWith('delete')
    ? { kind: 'DeleteOptions', ...(r.bodyDryRun ? { dryRun: ['All'] } : {}) }
    : r.isGenerated
      ? { metadata: { generateName: 'web-' } }
      : named;
  return {
    ...(objectRef === null
      ? {}
      : { objectRef: { ...objectRef, ...(namesLater && !r.isGenerated ? { name: r.laterName } : {}) } }),
    ...(r.as === null ? {} : { impersonatedUser: r.as }),
    ...(hasBody ? { requestObject: body } : {}),
    ...(hasBody && r.level === 'RequestResponse' ? { responseObject: { kind: 'X', ...named } } : {}),
    responseStatus: {
      metadata: {},
      code: r.code,
      ...(r.code >= 400 ? { status: 'Failure', reason: 'Forbidden' } : {}),
    },
    annotations: { 'authorization.k8s.io/decision': r.code === 403 ? 'forbid' : 'allow' },
  };
}

function withoutUndefined(json: EventJson): EventJson {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));
}

function timestamp(micros: number): string {
  return `${new Date(EPOCH_MS).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}
