/** Stores inside the cluster, reached with the kubeconfig alone: by the API server's proxy for Services, and by port-forwards. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actsOn } from '../support/acts.ts';
import { openCluster, startCluster, whyNoNode } from '../support/cluster.ts';
import { installPlugin, type Plugin } from '../support/plugin.ts';
import { type Keys, PORTS, type StoresInside, startStoresInside } from './stores-inside.ts';

const reason = await whyNoNode();
if (reason !== null) process.stderr.write(`without a node: ${reason}\n`);

const log = fileURLToPath(new URL('../../fixtures/shop/audit.log', import.meta.url));
const image = 'localhost/busybox:local';
const PORT = PORTS.victorialogs;
const TLS_PORT = 29429;
const OPEN_TLS_PORT = 29430;
const QUESTION =
  'audit who-did delete -A --since 2026-11-23T08:00Z --until 2026-11-23T10:00Z --no-live -o json';

describe.skipIf(reason !== null)('a store inside the cluster', async () => {
  const run = await mkdtemp(join(tmpdir(), 'reach-'));
  const { cluster, kubectl } = actsOn(run);
  let plugin: Plugin;
  let stores: StoresInside | undefined;
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
    const keys = await makeCertificate(run, 'front');
    await makeCertificate(run, 'another');
    stores = await startStoresInside(run, log, keys);
    for (const args of [[String(TLS_PORT), 'reader:s3cr3t'], [String(OPEN_TLS_PORT)]]) {
      const [port = '', ...login] = args;
      const front = fileURLToPath(new URL('./tls-front.ts', import.meta.url));
      fronts.push(plugin.startScript(front, [port, String(PORT), keys.key, keys.certificate, ...login]));
    }
    await kubectl('alice', 'create -f -', MANIFESTS);
    await kubectl('alice', 'wait --for=condition=Ready pod/front --timeout=60s');
    expected = rowsOf(await plugin.call(`${QUESTION} --file ${log}`.split(' '), { kubeconfig: null }));
  });

  afterAll(async () => {
    for (const front of fronts) front.kill();
    await stores?.stop();
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
    const called = await asked('alice', `loki+service://default/front:${PORTS.loki}?selector={job="audit"}`);
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

  describe('as OpenSearch with its own TLS, logins and rights, by a port-forward', () => {
    const byForward = (service: string, index: string, settings: Readonly<Record<string, string>>) => {
      const url = `opensearch+forward+https://default/${service}:${PORTS.opensearch}/${index}`;
      return asked('alice', `${url}?${new URLSearchParams(settings)}`);
    };
    const ca = join(run, 'front.crt');
    const login = { username: 'reader', 'password-file': join(run, 'reader') };

    beforeAll(() => writeFile(login['password-file'], 's3cr3t\n', { mode: 0o600 }));

    it('answers as the file does, with no right but those that the docs name', async () => {
      const called = await byForward('front', 'audit-*', { ...login, ca });
      expect(called.stderr).toBe('');
      expect(rowsOf(called)).toEqual(expected);
      expect(notesOf(called)).not.toContain('store-unproven');
      expect(notesOf(called)).not.toContain('store-mapping-hidden');
      const { point_in_time_total: opened, point_in_time_current: left } =
        (await stores?.searchStatistics()) ?? {};
      expect(opened).toBeGreaterThan(0);
      expect(left).toBe(0);
    });

    it('is not asked when its certificate is not the one that is trusted', async () => {
      for (const trust of [{}, { ca: join(run, 'another.crt') }]) {
        const { status, stdout, stderr } = await byForward('front', 'audit-*', { ...login, ...trust });
        expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
        expect(stderr).toContain('its certificate is signed by nobody whom the source trusts');
        expect(stderr).toContain('tls.ca and tls.serverName say whom to trust');
      }
    });

    it('is not asked when its certificate is for another name, unless that name is said', async () => {
      const { status, stdout, stderr } = await byForward('alias', 'audit-*', { ...login, ca });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('its certificate is for another name');
      const said = { ...login, ca, 'server-name': 'front.default.svc' };
      expect(rowsOf(await byForward('alias', 'audit-*', said))).toEqual(expected);
    });

    it('says so when it does not let us in, or not to that index, and never tells the password', async () => {
      const wrongPath = join(run, 'wrong');
      await writeFile(wrongPath, 'swordfish', { mode: 0o600 });
      const wrong = await byForward('front', 'audit-*', { ...login, ca, 'password-file': wrongPath });
      expect(wrong).toMatchObject({ status: 1, stdout: '' });
      expect(wrong.stderr).toContain('AUDIT_NO_CREDENTIALS');
      expect(wrong.stderr).toContain('does not let us in');
      expect(wrong.stderr).not.toContain('swordfish');
      const foreign = await byForward('front', 'other-1', { ...login, ca });
      expect(foreign).toMatchObject({ status: 1, stdout: '' });
      expect(foreign.stderr).toContain('AUDIT_FORBIDDEN');
      expect(foreign.stderr).toContain('read and view_index_metadata of other-1');
    });
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
  ports: [{name: logs, port: ${PORT}, targetPort: logs}, {name: tls, port: ${TLS_PORT}, targetPort: ${TLS_PORT}}, {name: open, port: ${OPEN_TLS_PORT}, targetPort: ${OPEN_TLS_PORT}}, {name: loki, port: ${PORTS.loki}, targetPort: ${PORTS.loki}}, {name: search, port: ${PORTS.opensearch}, targetPort: ${PORTS.opensearch}}]
---
apiVersion: v1
kind: Service
metadata: {name: alias}
spec:
  selector: {app: front}
  ports: [{name: search, port: ${PORTS.opensearch}, targetPort: ${PORTS.opensearch}}]
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

async function makeCertificate(folder: string, name: string): Promise<Keys> {
  const keys = { key: join(folder, `${name}.key`), certificate: join(folder, `${name}.crt`) };
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=front'],
    ...['-addext', 'subjectAltName=DNS:front.default.svc', '-keyout', keys.key, '-out', keys.certificate],
  ]);
  return keys;
}
