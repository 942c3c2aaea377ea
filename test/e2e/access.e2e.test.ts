/** Who came to which rights, and who used another's: tokens, bindings, certificates, impersonation. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { actsOn, rowOf } from './support/acts.ts';
import { ask, run } from './support/ask.ts';

const { cluster, logs, kubectl, idOf, until } = actsOn(inject('run'));

/** alice's requests are logged with bodies, bea's without. */
const people = ['alice', 'bea'] as const;

beforeAll(async () => {
  for (const who of people) await kubectl('alice', `create namespace access-${who}`);
});

describe.each(people)('with %s, who-did', (who) => {
  const at = `-n access-${who}`;

  it('finds who had a token issued, and never shows it', async () => {
    await kubectl(who, `${at} create serviceaccount robot`);
    const act = await kubectl(who, `${at} create token robot`);
    const auditID = await idOf(act, 'POST');
    const { rows, says } = await ask(`token sa/robot ${at}`, logs);
    expect(rows.map((row) => row.auditID)).toEqual([auditID]);
    expect(says).toContain(`given a token by ${who}`);
    const raw = await run(`who-did token sa/robot ${at} --file ${logs} -o raw`.split(' '));
    expect(raw.stdout).toContain(auditID);
    expect(raw.stdout).not.toContain(act.stdout.trim().split('.')[1]);
  });

  it('finds who made a binding, and who widened it with a patch', async () => {
    const made = await idOf(
      await kubectl(who, `${at} create rolebinding helpers --clusterrole=view --user=zed`),
      'POST',
    );
    const subject = '{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"mallory"}';
    const patch = `[{"op":"add","path":"/subjects/-","value":${subject}}]`;
    const widened = await idOf(
      await kubectl(who, `${at} patch rolebinding helpers --type=json -p ${patch}`),
      'PATCH',
    );
    const { rows } = await ask(`bind rolebinding/helpers ${at}`, logs);
    expect(rows.map((row) => row.auditID)).toEqual([widened, made]);
  });

  it('finds who approved a certificate', async () => {
    const request = execFileSync(
      'openssl',
      `req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=${who}-guest`.split(' '),
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const csr = `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: guest-of-${who}}
spec: {signerName: kubernetes.io/kube-apiserver-client, usages: [client auth], request: ${request.toString('base64')}}
`;
    await kubectl(who, 'create -f -', csr);
    const auditID = await idOf(await kubectl(who, `certificate approve guest-of-${who}`), 'PUT');
    const { rows, says } = await ask(`approve csr/guest-of-${who}`, logs);
    expect(rows.map((row) => row.auditID)).toEqual([auditID]);
    expect(says).toContain(`approved by ${who}`);
  });

  it('finds who acted as a service account, though it was refused', async () => {
    const as = `system:serviceaccount:access-${who}:robot`;
    const act = await cluster.kubectl(who, `${at} delete configmap none --as=${as}`.split(' '));
    const auditID = await idOf(act, 'DELETE');
    const { rows } = await ask(`impersonate ${at} --by ${who}`, logs);
    expect(rowOf(rows, auditID)).toMatchObject({
      who: { user: who, as },
      result: { code: 403, deniedBy: 'rbac' },
    });
    const bySubject = await ask(`delete cm/none ${at} --by sa:access-${who}/robot`, logs);
    expect(bySubject.rows.map((row) => row.auditID)).toEqual([auditID]);
  });
});

it('finds who was refused to act as another at all', async () => {
  // kubectl would ask for the API's resources first, and get no further.
  const path = '/api/v1/namespaces/access-alice/configmaps/none';
  const act = await cluster.curl('bob', 'DELETE', path, ['-H', 'Impersonate-User: alice']);
  const auditID = await idOf(act, 'DELETE');
  const { rows } = await ask('impersonate -A --by bob', logs);
  expect(rowOf(rows, auditID)).toMatchObject({ who: { user: 'bob' }, result: { code: 403 } });
});

describe('who-did exec', () => {
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: elsewhere}\nspec: {containers: [{name: main, image: none}]}\n';

  beforeAll(async () => {
    await kubectl('alice', '-n access-alice create -f -', pod);
    // Without it, kubectl is refused before it asks to exec.
    await kubectl('alice', '-n access-alice create rolebinding bob-looks --clusterrole=view --user=bob');
  });

  it.each([
    ['websockets', 'true'],
    ['SPDY', 'false'],
  ])('finds who was refused it over %s', async (_protocol, websockets) => {
    const since = new Date().toISOString();
    const act = await cluster.kubectl('bob', '-n access-alice exec elsewhere -- id'.split(' '), {
      env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: websockets },
    });
    expect(act.stderr).toContain('cannot');
    const asked = () => ask(`exec pod/elsewhere -n access-alice --by bob --since ${since}`, logs);
    const { rows } = await until(asked, (answer) => answer.rows.length > 0);
    expect(rows).not.toEqual([]);
    for (const row of rows)
      expect(row).toMatchObject({ object: { subresource: 'exec' }, result: { code: 403, deniedBy: 'rbac' } });
  });
});
