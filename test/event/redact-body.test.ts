/** Secrets by their place, beyond redact.test.ts: what people and controllers really put into bodies, and what must stay readable. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { redactEvent } from '../../src/event/redact.ts';

const S = 'Zq7hunterX9';
const PEM = `-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIB${S}\n-----END RSA PRIVATE KEY-----`;
const ENV = [{ name: 'X', value: S }];
const POD = {
  spec: { containers: [{ env: ENV }], initContainers: [{ env: ENV }], ephemeralContainers: [{ env: ENV }] },
};

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function shown(resource: string, requestObject: unknown, more: object = {}): string {
  return JSON.stringify(redactEvent({ kind: 'Event', objectRef: { resource }, requestObject, ...more }));
}

describe('hidden', () => {
  it.each<[string, string, unknown]>([
    ['environments of every container', 'pods', POD],
    ['environments of a CronJob', 'cronjobs', { spec: { jobTemplate: { spec: { template: POD } } } }],
    ['an environment of any value', 'widgets', { env: [{ name: 'Y', value: { deep: [S] } }] }],
    ['an environment with defaults', 'widgets', { env: [{ name: 'Y', default: S }] }],
    ['an environment as text', 'widgets', { env: [`X=${S}`] }],
    ['an environment as a map of objects', 'widgets', { envVars: { X: { value: S } } }],
    [
      'an environment by its long name',
      'widgets',
      { environment: { X: S }, environmentVariables: ENV, env_vars: { X: S } },
    ],
    [
      'a container added by a JSON patch',
      'pods',
      [{ op: 'add', path: '/spec/containers/-', value: { env: ENV } }],
    ],
    [
      'an object under a name that says so',
      'widgets',
      { token: { value: S }, credentials: { pin: S }, secrets: { a: S } },
    ],
    [
      'what a JSON patch puts below such a name',
      'widgets',
      [{ op: 'add', path: '/spec/password/value', value: S }],
    ],
    [
      'short names',
      'widgets',
      { dbPass: S, DB_PASS: S, psk: S, secretId: S, 'client-key-data': S, 'tls.key': S, tlsKey: S },
    ],
    ['a misspelt part of a Secret', 'secrets', { kind: 'Secret', stringdata: { a: S }, Data: S }],
    ['any part of a Secret without a kind', 'secrets', { text: S }],
    [
      'what becomes a Secret',
      'sealedsecrets',
      { kind: 'SealedSecret', spec: { template: { data: { x: S } } } },
    ],
    ['what was run in a pod, without a kind', 'pods', { command: ['sh', '-c', S] }],
    [
      'arguments',
      'pods',
      { command: ['mysql', '-uroot', `-p${S}`], args: ['curl', '-u', `bob:${S}`, '--db.password', S] },
    ],
    [
      'arguments in one',
      'pods',
      { args: ['sh', '-c', `mysql -p${S} && redis-cli -a ${S} && x --token ${S}`] },
    ],
    [
      'settings with a PEM key in base64',
      'widgets',
      { a: base64(PEM), b: base64(`x=1\n${PEM}`), c: base64(base64(PEM)), d: `k: ${base64(`ab${PEM}`)}` },
    ],
    ['a Secret in base64', 'widgets', { a: base64(JSON.stringify({ kind: 'Secret', data: { x: S } })) }],
    ['cloud-init in base64', 'machines', { userData: base64(`#cloud-config\npassword: ${S}\n`) }],
    [
      'a Secret quoted twice',
      'widgets',
      { a: JSON.stringify(JSON.stringify({ kind: 'Secret', data: { x: S } })) },
    ],
    [
      'a Secret after a byte-order mark',
      'widgets',
      { a: `\ufeff${JSON.stringify({ kind: 'Secret', data: { x: S } })}` },
    ],
    [
      'Secrets one a line',
      'widgets',
      { a: `{"kind":"Secret","data":{"x":"${S}"}}\n{"kind":"Secret","data":{"x":"${S}"}}` },
    ],
    ['a Secret after words', 'widgets', { a: `applied {"kind":"Secret","data":{"x":"${S}"}}` }],
    ['Docker logins that are cut', 'configmaps', { data: { c: `{"auths":{"r":{"auth":"${S}"}}` } }],
  ])('%s', (_, resource, body) => {
    const more = resource === 'pods' ? { objectRef: { resource, subresource: 'exec' } } : {};
    const text = shown(resource, body, more);
    expect(text).not.toContain(S);
    expect(text).not.toContain(base64(PEM).slice(0, 30));
    expect(text).toContain('<redacted>');
  });

  it('of a Secret that only the URL names', () => {
    const requestURI = '/api/v1/namespaces/x/secrets/db?fieldManager=kubectl';
    expect(JSON.stringify(redactEvent({ requestURI, requestObject: { data: { pin: S } } }))).not.toContain(S);
  });

  it('of a Secret that calls itself a Status', () => {
    expect(shown('secrets', { kind: 'Status', data: { pin: S } })).not.toContain(S);
  });

  it('what a policy quotes of a Secret', () => {
    const failure = JSON.stringify([{ message: `value ${S} is weak`, policy: 'strong', binding: 'all' }]);
    const annotations = { 'validation.policy.admission.k8s.io/validation_failure': failure };
    expect(shown('secrets', undefined, { annotations })).toContain('\\"policy\\":\\"strong\\"');
    expect(shown('secrets', undefined, { annotations })).not.toContain(S);
  });

  it.each([
    ['secrets', `json: cannot unmarshal "${S}" into Go value`],
    ['secrets', `the server rejected our request: testing value /data/x failed: ${S}`],
    ['secrets', `unable to parse "${S}" as JSON`],
    ['sealedsecrets', `SealedSecret "x" is invalid: spec: Invalid value: "${S}"`],
    ['pods', `Pod "x" is invalid: spec.containers[0].env[0].value: Invalid value: "${S}": bad`],
    ['widgets', `Widget "x" is invalid: spec.credentials.pin: Invalid value: "${S}": too short`],
    ['widgets', `v1.Spec{Password:"${S}"} map[password:${S} user:x]`],
  ])('what a refusal of %s quotes: %s', (resource, message) => {
    expect(shown(resource, undefined, { responseStatus: { code: 422, message } })).not.toContain(S);
  });
});

describe('shown', () => {
  it.each<[string, unknown]>([
    ['pods', JSON.parse(readFileSync('test/fixtures/redaction/nothing-secret-pod.json', 'utf8'))],
    ['secrets', { kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid: 'u' } }],
    [
      'secrets',
      {
        kind: 'Secret',
        metadata: { managedFields: [{ fieldsV1: { 'f:data': { 'f:password': {} } } }] },
        type: 'Opaque',
      },
    ],
    [
      'serviceaccounts',
      { kind: 'ServiceAccount', secrets: [{ name: 'a' }], imagePullSecrets: [{ name: 'b' }] },
    ],
    ['roles', { rules: [{ resources: ['secrets'], resourceNames: ['passwords'], verbs: ['get'] }] }],
    ['tokenreviews', { kind: 'TokenReview', status: { user: { username: 'alice' }, audiences: ['x'] } }],
    [
      'certificates',
      { spec: { secretName: 'x', privateKey: { algorithm: 'RSA', size: 2048, rotationPolicy: 'Always' } } },
    ],
    ['externalsecrets', { kind: 'ExternalSecret', spec: { refreshInterval: '1h', target: { name: 'db' } } }],
    ['widgets', { auth: { enabled: true, issuer: 'https://issuer', type: 'oidc' } }],
    [
      'configmaps',
      {
        data: { 'a.yaml': 'kind: Deployment\nmetadata:\n  name: x\nspec:\n  replicas: 3\n  secretName: y\n' },
      },
    ],
    ['networkpolicies', { spec: { podSelector: { matchLabels: { env: 'prod', role: 'secret' } } } }],
  ])('what is no secret of %s', (resource, requestObject) => {
    const event = { kind: 'Event', objectRef: { resource }, requestObject };
    expect(redactEvent(event)).toBe(event);
  });
});
