/** Each ready view over each sample, and over events that the samples lack, held against a plain count of the lines. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { topCommand } from '../../../../src/commands/top.ts';
import { decodeEvent } from '../../../../src/event/decode.ts';
import type { AuditEvent } from '../../../../src/event/event.ts';
import { compileWhere } from '../../../../src/query/cel.ts';
import { matches } from '../../../../src/query/matches.ts';
import type { TopAnswer } from '../../../../src/questions/top/top-row.ts';
import { VIEWS } from '../../../../src/questions/top/views/registry.ts';
import { VIEW_MEANS, type ViewName } from '../../../../src/questions/top/views/view-means.ts';
import { fixedIo } from '../../../support/fixed-io.ts';
import { NOW } from '../../../support/run-command.ts';
import { event, type Json } from '../../failed-auth/failed-auth-support.ts';
import { at, brief, recounted, topOf } from '../top-support.ts';

const FILES = {
  shop: ['test/fixtures/shop/audit.log'],
  'two servers': ['test/fixtures/two-servers/cp-1/audit.log', 'test/fixtures/two-servers/cp-2/audit.log'],
  demo: ['demo/audit/cp-1/audit.log', 'demo/audit/cp-2/audit.log'],
};

function eventsOf(files: readonly string[]): Json[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json),
  );
}

const PODS = { resource: 'pods', namespace: 'prod', name: 'api-1' };
const code = (n: number) => ({ responseStatus: { code: n } });
const kubelet = { user: { username: 'system:node:n1' } };
const FAILED_OPEN = 'failed-open.validating.webhook.admission.k8s.io/round_0_index_1';

/** What the samples have none of. */
const MADE: Json[] = [
  event(1, { verb: 'create', ...PODS }, { ...code(201), annotations: { [FAILED_OPEN]: 'a.example.com' } }),
  event(
    2,
    { verb: 'create', ...PODS },
    {
      ...code(201),
      annotations: {
        [FAILED_OPEN]: 'b.example.com',
        'failed-open.mutation.webhook.admission.k8s.io/round_0_index_0': 'a.example.com',
      },
    },
  ),
  event(
    3,
    { verb: 'create', ...PODS },
    { ...code(201), annotations: { 'alpha.image-policy.k8s.io/failed-open': 'true' } },
  ),
  event(
    4,
    { verb: 'create', ...PODS },
    {
      ...code(201),
      annotations: {
        'alpha.image-policy.k8s.io/failed-open': 'false',
        'validating.webhook.admission.k8s.io/x': 'y',
      },
    },
  ),
  event(
    5,
    { verb: 'list', resource: 'policy/podsecuritypolicies' },
    { annotations: { 'k8s.io/deprecated': 'true', 'k8s.io/removed-release': '1.25' } },
  ),
  event(
    6,
    { verb: 'patch', resource: 'apps/deployments', namespace: 'prod', name: 'a' },
    { ...code(201), requestURI: '/apis/apps/v1/namespaces/prod/deployments/a?fieldManager=x' },
  ),
  event(7, { verb: 'patch', resource: 'apps/deployments', namespace: 'prod', name: 'a' }, code(200)),
  event(
    8,
    { verb: 'patch', resource: 'apps/deployments/scale', namespace: 'prod', name: 'a' },
    { ...code(200), requestURI: '/apis/apps/v1/namespaces/prod/deployments/a/scale' },
  ),
  event(9, { verb: 'create', resource: 'pods/eviction', namespace: 'prod', name: 'b' }, code(201)),
  event(10, { verb: 'delete', ...PODS }, { ...code(200), ...kubelet }),
  event(11, { verb: 'delete', ...PODS }, code(200)),
  event(12, { verb: 'delete', ...PODS }, code(404)),
  event(
    13,
    { verb: 'delete', ...PODS },
    { ...code(200), requestURI: '/api/v1/namespaces/prod/pods/api-1?dryRun=All' },
  ),
  event(14, { verb: 'create', resource: 'authorization.k8s.io/subjectaccessreviews' }, code(201)),
  event(15, { verb: 'create', resource: 'events', namespace: 'prod' }, code(201)),
  event(16, { verb: 'update', ...PODS }, { responseStatus: { code: 409, reason: 'Conflict' } }),
  event(17, { verb: 'update', ...PODS }, { responseStatus: { code: 429, reason: 'TooManyRequests' } }),
  event(18, { verb: 'watch', ...PODS }, code(200)),
  event(19, { verb: 'get', resource: 'pods/exec', namespace: 'prod', name: 'a' }, code(101)),
];

const ref = (json: Json, name: string) => at(json, 'objectRef', name);
const group = (json: Json) => (json.objectRef === undefined ? null : (ref(json, 'apiGroup') ?? ''));
const user = (json: Json) => at(json, 'user', 'username');
const codeOf = (json: Json) => Number(at(json, 'responseStatus', 'code'));
const annotations = (json: Json) => Object.entries((json.annotations ?? {}) as Record<string, string>);

/** Said in the URL, or in a deletion's body. */
function isDryRun({ requestURI, requestObject }: Json): boolean {
  const { dryRun } = (requestObject ?? {}) as { dryRun?: string[] };
  return /[?&]dryRun=All/.test(String(requestURI)) || dryRun?.includes('All') === true;
}

/** What a view is to count, and by what, said once more from the JSON. */
const PLAIN: Readonly<Record<ViewName, (json: Json) => readonly (string | null)[] | null>> = {
  noise: (json) => [
    ...[user(json), at(json, 'impersonatedUser', 'username'), at(json, 'verb'), group(json)],
    ...[ref(json, 'resource'), ref(json, 'subresource'), at(json, 'level')],
  ],
  deprecated: (json) => {
    const said = new Map(annotations(json));
    if (said.get('k8s.io/deprecated') !== 'true') return null;
    const who = [user(json), at(json, 'userAgent')];
    const removed = said.get('k8s.io/removed-release') ?? null;
    return [group(json), ref(json, 'resource'), ...who, ref(json, 'apiVersion'), removed];
  },
  slow: (json) => {
    const subresource = ref(json, 'subresource');
    if (['watch', 'proxy'].includes(String(json.verb))) return null;
    if (['attach', 'exec', 'proxy', 'log', 'portforward'].includes(String(subresource))) return null;
    return [at(json, 'verb'), group(json), ref(json, 'resource'), subresource];
  },
  conflicts: (json) =>
    codeOf(json) === 409 || codeOf(json) === 429
      ? [
          ...[user(json), at(json, 'verb'), group(json), ref(json, 'resource'), ref(json, 'subresource')],
          ...[at(json, 'responseStatus', 'code'), at(json, 'responseStatus', 'reason')],
        ]
      : null,
  trends: (json) => {
    const [verb, subresource, resource] = [json.verb, ref(json, 'subresource'), ref(json, 'resource')];
    if (resource === null || codeOf(json) < 200 || codeOf(json) > 299 || resource === 'events') return null;
    if (isDryRun(json) || /^auth\w+\.k8s\.io$/.test(group(json) ?? '')) return null;
    if (verb === 'delete' && resource === 'pods' && user(json)?.startsWith('system:node:') === true)
      return null;
    const isChange = verb === 'update' || verb === 'patch';
    const isDeed =
      subresource === null
        ? verb === 'create' || String(verb).startsWith('delete') || (isChange && codeOf(json) === 201)
        : (subresource === 'eviction' && verb === 'create') || (subresource === 'scale' && isChange);
    // What is written of a namespace says that it lies in itself.
    const namespace = resource === 'namespaces' ? null : ref(json, 'namespace');
    return isDeed ? [namespace, group(json), resource, String(verb), subresource] : null;
  },
  'failing-open': (json) => {
    const names = annotations(json).flatMap(([key, text]) => {
      if (key.startsWith('failed-open.') && key.includes('.webhook.admission.k8s.io/')) return [text];
      return key.endsWith('.image-policy.k8s.io/failed-open') && text === 'true'
        ? ['ImagePolicyWebhook']
        : [];
    });
    if (names.length === 0) return null;
    const what = [at(json, 'verb'), group(json), ref(json, 'resource'), ref(json, 'namespace')];
    return [...what, [...new Set(names)].sort().join(', ')];
  },
};

const SAMPLES: readonly (readonly [string, readonly Json[]])[] = [
  ...Object.entries(FILES).map(([name, files]) => [name, eventsOf(files)] as const),
  ['made', MADE],
];

describe.each(Object.keys(VIEW_MEANS) as ViewName[])('--view %s', (name) => {
  const view = VIEWS[name];

  it('is registered under its own name', () => {
    expect(view.name).toBe(name);
  });

  it.each(SAMPLES)('counts of %s what a plain count finds', async (_sample, events) => {
    const params = { view, by: view.by, bucketUs: view.bucketUs };
    const counted = events.filter((json) => PLAIN[name](json) !== null);
    const expected = recounted(counted, (json) => PLAIN[name](json) ?? []);
    for (const counts of [false, true]) {
      const { rows, says } = await topOf(events, params, { counts, order: 'none', seed: 7 });
      expect(brief(rows).sort()).toEqual(expected);
      const total = rows.reduce((sum, row) => sum + row.count, 0);
      if (total > 0) expect(says).toMatch(new RegExp(`^${total} `));
      expect(rows.flatMap(({ buckets }) => buckets).reduce((sum, n) => sum + n, 0)).toBe(total);
    }
  });

  it.each(Object.entries(FILES).slice(0, 2))('counts the files of %s alike', async (_sample, file) => {
    const io = fixedIo({ nowMs: NOW });
    await topCommand.run([], { file, since: '3d', output: 'json', view: name, 'all-namespaces': true }, io);
    const { rows } = JSON.parse(io.stdout()) as TopAnswer;
    const counted = eventsOf(file).filter((json) => PLAIN[name](json) !== null);
    expect(brief(rows).sort()).toEqual(recounted(counted, (json) => PLAIN[name](json) ?? []));
  });

  it('finds something in one of them', () => {
    const found = SAMPLES.some(([, events]) => events.some((json) => PLAIN[name](json) !== null));
    expect(found).toBe(true);
  });

  if (view.where === null) return;
  it('offers an expression that says what it counts', async () => {
    const cel = await compileWhere(view.where ?? '');
    for (const [, events] of SAMPLES) {
      for (const json of events) {
        const decoded = decode(json);
        expect(matches(decoded, cel)).toBe(matches(decoded, view.predicate));
      }
    }
  });
});

function decode(json: Json): AuditEvent {
  const decoded = decodeEvent(json, {
    ...{ source: 'test', position: { file: 'test', line: 1 }, recordTime: null, cut: null },
  });
  if ('reason' in decoded) throw new Error(decoded.reason);
  return decoded;
}
