/** Stores inside the cluster, reached with the kubeconfig alone: by the API server's proxy for Services, and by port-forwards. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../support/arbitrary.ts';
import { actsOn } from '../support/acts.ts';
import { openCluster, startCluster, whyNoNode } from '../support/cluster.ts';
import { installPlugin, type Plugin } from '../support/plugin.ts';
import { nanosOf } from './push-loki.ts';
import { type StoreProcess, startStore } from './start-store.ts';

const reason = await whyNoNode();
if (reason !== null) process.stderr.write(`without a node: ${reason}\n`);

const log = fileURLToPath(new URL('../../fixtures/shop/audit.log', import.meta.url));
const image = 'localhost/busybox:local';
const PORT = 29428;
const TLS_PORT = 29429;
const OPEN_TLS_PORT = 29430;
const LOKI_PORT = 29431;
const QUESTION =
  'audit who-did delete -A --since 2026-11-23T08:00Z --until 2026-11-23T10:00Z --no-live -o json';

describe.skipIf(reason !== null)('a store inside the cluster', async () => {
  const run = await mkdtemp(join(tmpdir(), 'reach-'));
  const { cluster, kubectl } = actsOn(run);
  let plugin: Plugin;
  let store: StoreProcess;
  let loki: StoreProcess;
  const fronts: ReturnType<Plugin['startScript']>[] = [];
  let expected: unknown;

  beforeAll(async () => {
    await startCluster({
      run,
      servers: { 'cp-1': 'bodies' },
      parts: ['kcm', 'scheduler', 'containerd', 'kubelet'],
      images: ['localhost/pause:1', image],
    });
    await cluster.user('alice', { groups: ['system:masters'] }, { server: 1 });
    await cluster.user('bob', { groups: ['dev'] }, { server: 1 });
    plugin = await installPlugin(run);
    const enter = (await readFile(join(run, 'enter'), 'utf8')).trim().split(' ');
    store = await startStore('victorialogs', { enter, host: '0.0.0.0', port: PORT });
    const [program = '', ...before] = enter;
    const insert = `http://127.0.0.1:${PORT}/insert/jsonline?_time_field=stageTimestamp&_stream_fields=level`;
    const type = 'Content-Type: application/stream+json';
    await promisify(execFile)(program, [
      ...before,
      'curl',
      '-sf',
      '-H',
      type,
      insert,
      '--data-binary',
      `@${log}`,
    ]);
    await promisify(execFile)(program, [
      ...before,
      'curl',
      '-sf',
      `http://127.0.0.1:${PORT}/internal/force_flush`,
    ]);
    loki = await startStore('loki', { enter, host: '0.0.0.0', port: LOKI_PORT });
    await writeFile(join(run, 'push.json'), lokiPush(await readFile(log, 'utf8')));
    await promisify(execFile)(program, [
      ...[...before, 'curl', '-sf', '-H', 'Content-Type: application/json'],
      ...[`http://127.0.0.1:${LOKI_PORT}/loki/api/v1/push`, '--data-binary', `@${join(run, 'push.json')}`],
    ]);
    await makeCertificate(run);
    for (const args of [[String(TLS_PORT), 'reader:s3cr3t'], [String(OPEN_TLS_PORT)]]) {
      const [port = '', ...login] = args;
      const keys = [join(run, 'front.key'), join(run, 'front.crt')];
      const front = fileURLToPath(new URL('./tls-front.ts', import.meta.url));
      fronts.push(plugin.startScript(front, [port, String(PORT), ...keys, ...login]));
    }
    await kubectl('alice', 'create -f -', MANIFESTS);
    await kubectl('alice', 'wait --for=condition=Ready pod/front --timeout=60s');
    expected = rowsOf(await plugin.call(`${QUESTION} --file ${log}`.split(' '), { kubeconfig: null }));
  });

  afterAll(async () => {
    for (const front of fronts) front.kill();
    await store?.stop();
    await loki?.stop();
    await openCluster(run).stop();
    await rm(run, { recursive: true, force: true });
  });

  const asked = (who: string, source: string) =>
    plugin.call(`${QUESTION} --source ${source}`.split(' '), { kubeconfig: cluster.kubeconfig(who) });

  it('is asked through the API server, and answers as the file does', async () => {
    const called = await asked('alice', `victorialogs+service://default/front:${PORT}`);
    expect(called.stderr).toBe('');
    expect(rowsOf(called)).toEqual(expected);
  });

  it('is asked through the API server as Loki too', async () => {
    const called = await asked('alice', `loki+service://default/front:${LOKI_PORT}?selector={job="audit"}`);
    expect(called.stderr).toBe('');
    expect(rowsOf(called)).toEqual(expected);
  });

  it('is asked by a port-forward', async () => {
    const called = await asked('alice', `victorialogs+forward://default/front:${PORT}`);
    expect(called.stderr).toBe('');
    expect(rowsOf(called)).toEqual(expected);
  });

  it('is asked by a port-forward with TLS and a login, both of which are checked', async () => {
    await writeFile(join(run, 'password'), 's3cr3t\n', { mode: 0o600 });
    const url = (more: string) => `victorialogs+forward+https://default/front:${TLS_PORT}?${more}`;
    const login = `username=reader&password-file=${join(run, 'password')}`;
    const called = await asked('alice', url(`${login}&ca=${join(run, 'front.crt')}`));
    expect(called.stderr).toBe('');
    expect(rowsOf(called)).toEqual(expected);
    expect(notesOf(called)).not.toContain('store-unproven');
    const untrusted = await asked('alice', url(login));
    expect(untrusted.stderr).toContain('its certificate is signed by nobody whom the source trusts');
    const stranger = await asked('alice', url(`ca=${join(run, 'front.crt')}`));
    expect(stranger.stderr).toContain('does not let us in');
  });

  it('says that anybody could have answered where nobody looked at the certificate', async () => {
    const unchecked = `victorialogs+forward+https://default/front:${OPEN_TLS_PORT}?insecure=true`;
    const byApiServer = `victorialogs+service+https://default/front:${OPEN_TLS_PORT}`;
    for (const source of [unchecked, byApiServer]) {
      const called = await asked('alice', source);
      expect(rowsOf(called)).toEqual(expected);
      expect(notesOf(called)).toContain('store-unproven');
    }
    const words = QUESTION.replace('-o json', '').trim().split(' ');
    const kubeconfig = cluster.kubeconfig('alice');
    const { stdout } = await plugin.call([...words, '--source', byApiServer], { kubeconfig });
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('anybody could have answered; forward+https://default');
  });

  it('says what is missing: the right, the Service, its port, a login that would not arrive', async () => {
    const forbidden = await asked('bob', `victorialogs+service://default/front:${PORT}`);
    expect(forbidden.stderr).toContain('AUDIT_FORBIDDEN');
    expect(forbidden.stderr).toContain('services/proxy');
    const nowhere = await asked('alice', 'victorialogs+service://default/none:1');
    expect(nowhere.stderr).toContain('AUDIT_STORE_UNREACHABLE');
    const noPort = await asked('alice', 'victorialogs+forward://default/front:1');
    expect(noPort.stderr).toContain('the Service default/front has no port 1');
    const stripped = await asked('alice', `victorialogs+service://default/front:${PORT}?token-env=T`);
    expect(stripped.stderr).toContain('auth does not pass the API server');
  });

  const MANIFESTS = `
apiVersion: v1
kind: Pod
metadata: {name: front, labels: {app: front}}
spec:
  hostNetwork: true
  containers:
  - {name: main, image: "${image}", imagePullPolicy: Never, command: [sleep, "3600"], ports: [{name: logs, containerPort: ${PORT}}]}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec:
  selector: {app: front}
  ports: [{name: logs, port: ${PORT}, targetPort: logs}, {name: tls, port: ${TLS_PORT}, targetPort: ${TLS_PORT}}, {name: open, port: ${OPEN_TLS_PORT}, targetPort: ${OPEN_TLS_PORT}}, {name: loki, port: ${LOKI_PORT}, targetPort: ${LOKI_PORT}}]
`;
});

function rowsOf({ status, stdout, stderr }: { status: number; stdout: string; stderr: string }): unknown {
  if (status !== 0 && status !== 3) throw new Error(stderr);
  const { rows } = JSON.parse(stdout) as { rows: readonly { source: string }[] };
  return rows.map(({ source: _, ...row }) => row);
}

function notesOf({ stdout }: { stdout: string }): readonly string[] {
  const { notes } = JSON.parse(stdout) as { notes: readonly { code: string }[] };
  return notes.map(({ code }) => code);
}

/** By when each was written. */
function lokiPush(lines: string): string {
  const values = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [String(nanosOf((JSON.parse(line) as EventJson).stageTimestamp)), line]);
  return JSON.stringify({ streams: [{ stream: { job: 'audit' }, values }] });
}

async function makeCertificate(folder: string): Promise<void> {
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=front'],
    ...['-addext', 'subjectAltName=DNS:front.default.svc'],
    ...['-keyout', join(folder, 'front.key'), '-out', join(folder, 'front.crt')],
  ]);
}
