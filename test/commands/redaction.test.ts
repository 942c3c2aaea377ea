/** No secret of the samples appears in any output, raw included. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { timelineCommand } from '../../src/commands/timeline.ts';
import { whoDidCommand } from '../../src/commands/who-did.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { NOW } from '../support/run-command.ts';

const FORMATS = [
  'table',
  'wide',
  'json',
  'jsonl',
  'yaml',
  'csv',
  'markdown',
  'html',
  'name',
  'raw',
  'jsonpath={.rows}{.notes}{.nearMisses}',
  'custom-columns=A:.with,B:.object,C:.who',
];
const folder = mkdtempSync(join(tmpdir(), 'kubectl-audit-redaction-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An incident in which secrets stand wherever a careless policy, client or person puts them. */
const JWT =
  'eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6eDp5In0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg';
const SECRETS = [
  'hunter2',
  'aHVudGVyMg==',
  'sk_live_1',
  'c2tfbGl2ZV8x',
  'Pa55-in-env',
  'Pa55-in-argv',
  'Pa55-in-uri',
  'Pa55-in-last',
  'Pa55-in-patch',
  'c2lnbmF0dXJlLW9mLXRoZS10b2tlbg',
  'Pa55-in-yaml',
  'Pa55-in-a-shell',
  'Pa55-in-a-refusal',
];

function event(n: number, more: Record<string, unknown>): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: `secret-${n}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/x/secrets/db',
    verb: 'patch',
    user: { username: 'alice' },
    sourceIPs: ['10.0.0.1'],
    userAgent: 'kubectl',
    objectRef: { resource: 'secrets', namespace: 'x', name: 'db', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: `2026-11-24T08:00:${String(n).padStart(2, '0')}.000000Z`,
    stageTimestamp: `2026-11-24T08:00:${String(n).padStart(2, '0')}.000001Z`,
    ...more,
  });
}

const careless = [
  event(1, {
    requestObject: {
      kind: 'Secret',
      data: { password: 'aHVudGVyMg==' },
      stringData: { password: 'hunter2' },
    },
  }),
  event(2, { requestObject: [{ op: 'replace', path: '/data/password', value: 'aHVudGVyMg==' }] }),
  event(3, {
    verb: 'list',
    requestURI: '/api/v1/secrets',
    objectRef: { resource: 'secrets' },
    responseObject: {
      kind: 'SecretList',
      items: [{ metadata: { name: 'db' }, data: { key: 'c2tfbGl2ZV8x' } }],
    },
  }),
  event(4, {
    objectRef: { resource: 'secrets', namespace: 'x', name: 'db' },
    requestObject: {
      metadata: {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
            kind: 'Secret',
            stringData: { a: 'Pa55-in-last' },
          }),
        },
      },
    },
    annotations: {
      'patch.webhook.admission.k8s.io/round_0_index_0': JSON.stringify({
        patch: [{ op: 'add', path: '/data/p', value: 'Pa55-in-patch' }],
        patchType: 'JSONPatch',
      }),
    },
  }),
  event(5, {
    verb: 'get',
    requestURI: '/api/v1/namespaces/x/pods/p/exec?command=mysql&command=-pPa55-in-argv&container=c',
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'x', name: 'p' },
    responseStatus: { code: 101 },
  }),
  event(6, {
    verb: 'get',
    requestURI: `/api/v1/namespaces/x/configmaps/c?access_token=Pa55-in-uri`,
    objectRef: { resource: 'configmaps', namespace: 'x', name: 'c' },
    userAgent: `curl Bearer ${JWT}`,
  }),
  event(7, {
    verb: 'create',
    objectRef: { resource: 'serviceaccounts', subresource: 'token', namespace: 'x', name: 's' },
    responseStatus: { code: 201 },
    responseObject: { kind: 'TokenRequest', status: { token: JWT } },
  }),
  event(8, {
    objectRef: { resource: 'deployments', apiGroup: 'apps', namespace: 'x', name: 'd' },
    requestObject: {
      kind: 'Deployment',
      spec: {
        template: { spec: { containers: [{ name: 'c', env: [{ name: 'LEVEL', value: 'Pa55-in-env' }] }] } },
      },
    },
  }),
  event(9, {
    responseStatus: {
      code: 422,
      reason: 'Invalid',
      message: 'Secret "db" is invalid: data[key]: Invalid value: "sk_live_1": nope',
    },
    user: { username: JWT },
  }),
  event(10, {
    objectRef: { resource: 'configmaps', namespace: 'x', name: 'manifests' },
    requestObject: {
      kind: 'ConfigMap',
      data: {
        'secret.yaml': 'kind: Secret\nstringData:\n  pin: Pa55-in-yaml\n',
      },
    },
  }),
  event(11, {
    objectRef: { resource: 'pods', namespace: 'x', name: 'p' },
    requestObject: { kind: 'Pod', spec: { containers: [{ args: ['sh', '-c', 'mysql -pPa55-in-a-shell'] }] } },
    userAgent: 'curl --token Pa55-in-a-shell',
  }),
  event(12, {
    objectRef: { resource: 'widgets', apiGroup: 'x.io', namespace: 'x', name: 'w' },
    responseStatus: {
      code: 422,
      message: 'Widget "w" is invalid: spec.credentials.pin: Invalid value: "Pa55-in-a-refusal": too short',
    },
  }),
];
writeFileSync(join(folder, 'careless.log'), `${careless.join('\n')}\n`);

describe('secrets', () => {
  it.each(FORMATS)('are in no output of -o %s', async (output) => {
    for (const file of [
      'test/fixtures/shop/audit.log',
      'test/fixtures/two-servers',
      join(folder, 'careless.log'),
    ]) {
      const io = fixedIo({ nowMs: NOW });
      await whoDidCommand.run(['touch'], { file: [file], output, 'all-namespaces': true }, io);
      const text = io.stdout() + io.stderr();
      expect(text.length).toBeGreaterThan(100);
      expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });

  it.each(FORMATS)('are in no timeline in -o %s', async (output) => {
    for (const flags of [{}, { by: ['alice'] }]) {
      const io = fixedIo({ nowMs: NOW });
      const given = { file: [join(folder, 'careless.log')], output, 'all-namespaces': true, ...flags };
      await timelineCommand.run([], given, io);
      const text = io.stdout() + io.stderr();
      expect(text.length).toBeGreaterThan(100);
      expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });

  it('really stand in the log, and --reveal prints them', async () => {
    const log = readFileSync(join(folder, 'careless.log'), 'utf8');
    expect(SECRETS.filter((secret) => !log.includes(secret))).toEqual([]);
    const io = fixedIo({ nowMs: NOW });
    await whoDidCommand.run(
      ['touch'],
      { file: [join(folder, 'careless.log')], output: 'raw', reveal: true },
      io,
    );
    expect(SECRETS.filter((secret) => !io.stdout().includes(secret))).toEqual([]);
  });
});
