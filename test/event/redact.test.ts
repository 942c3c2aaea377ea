import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactEvent, redactText } from '../../src/event/redact.ts';

const JWT = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----';
const S = 'hunter2';

function event(over: Record<string, unknown> = {}) {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: 'a-1',
    stage: 'ResponseComplete',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/secrets',
    user: {
      username: 'alice',
      groups: ['dev'],
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=7f'] },
    },
    objectRef: { resource: 'secrets', namespace: 'shop', name: 'web-db', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 201 },
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': 'RBAC: allowed by ClusterRoleBinding "ops"',
    },
    ...over,
  };
}

function redacted(over: Record<string, unknown>): Record<string, unknown> {
  return redactEvent(event(over));
}

const on = (resource: string) => ({ objectRef: { resource, name: 'web' } });

describe('bodies', () => {
  it('of Secrets keep the names of their keys', () => {
    const secret = {
      kind: 'Secret',
      metadata: { name: 'web-db' },
      type: 'Opaque',
      data: { password: 'aHVudGVyMg==', empty: '', gone: null },
    };
    expect(redacted({ requestObject: secret }).requestObject).toEqual({
      ...secret,
      data: { password: '<redacted>', empty: '', gone: null },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['a Secret', { requestObject: { kind: 'Secret', stringData: { pin: S } } }],
    [
      'a Secret answered to another request',
      { ...on('widgets'), responseObject: { spec: { manifest: { kind: 'Secret', data: { pin: S } } } } },
    ],
    [
      'a list of Secrets',
      { responseObject: { kind: 'SecretList', items: [{ metadata: { name: 'x' }, data: { pin: S } }] } },
    ],
    [
      'a List with a Secret',
      { ...on('all'), responseObject: { kind: 'List', items: [{ kind: 'Secret', data: { pin: S } }] } },
    ],
    [
      'a Table with Secrets',
      { responseObject: { kind: 'Table', rows: [{ object: { kind: 'Secret', data: { pin: S } } }] } },
    ],
    ['a merge patch of a Secret', { verb: 'patch', requestObject: { data: { pin: S } } }],
    [
      'a strategic patch of a Secret',
      { verb: 'patch', requestObject: { stringData: { pin: S }, $setElementOrder: [] } },
    ],
    [
      'a JSON patch of a Secret',
      { verb: 'patch', requestObject: [{ op: 'replace', path: '/data/pin', value: S }] },
    ],
    [
      'a JSON patch of all its data',
      { verb: 'patch', requestObject: [{ op: 'add', path: '/stringData', value: { pin: S } }] },
    ],
    [
      'a JSON patch of the whole Secret',
      { verb: 'patch', requestObject: [{ op: 'replace', path: '', value: { data: { pin: S } } }] },
    ],
    ['a body of a Secret that is text', { requestObject: `pin=${S}` }],
    [
      'last-applied of a Secret',
      {
        requestObject: {
          metadata: {
            annotations: {
              'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
                kind: 'Secret',
                data: { pin: S },
              }),
            },
          },
        },
      },
    ],
    [
      'last-applied that is cut',
      {
        ...on('widgets'),
        requestObject: {
          metadata: {
            annotations: {
              'kubectl.kubernetes.io/last-applied-configuration': `{"kind":"Secret","data":{"pin":"${S}`,
            },
          },
        },
      },
    ],
    [
      'last-applied in a JSON patch',
      {
        ...on('pods'),
        requestObject: [
          {
            op: 'add',
            path: '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration',
            value: JSON.stringify({ kind: 'Secret', data: { pin: S } }),
          },
        ],
      },
    ],
    [
      'a webhook patch of a Secret',
      {
        annotations: {
          'patch.webhook.admission.k8s.io/round_0_index_0': JSON.stringify({
            configuration: 'c',
            patch: [{ op: 'add', path: '/data/pin', value: S }],
            patchType: 'JSONPatch',
          }),
        },
      },
    ],
    [
      'a webhook patch that is cut',
      {
        annotations: {
          'patch.webhook.admission.k8s.io/round_0_index_0': `{"patch":[{"op":"add","path":"/data/pin","value":"${S}`,
        },
      },
    ],
    [
      'a TokenRequest',
      { ...on('serviceaccounts'), responseObject: { kind: 'TokenRequest', status: { token: S } } },
    ],
    ['a TokenReview', { ...on('tokenreviews'), requestObject: { kind: 'TokenReview', spec: { token: S } } }],
    [
      'a CSR',
      {
        ...on('certificatesigningrequests'),
        requestObject: { kind: 'CertificateSigningRequest', spec: { request: S } },
      },
    ],
    [
      'a signed CSR',
      {
        ...on('certificatesigningrequests'),
        responseObject: { kind: 'CertificateSigningRequest', status: { certificate: S } },
      },
    ],
    [
      'a patch that signs',
      {
        ...on('certificatesigningrequests'),
        requestObject: [{ op: 'add', path: '/status/certificate', value: S }],
      },
    ],
    [
      'environment of a pod',
      { ...on('pods'), requestObject: { spec: { containers: [{ env: [{ name: 'X', value: S }] }] } } },
    ],
    [
      'environment deep in a custom resource',
      {
        ...on('widgets'),
        requestObject: { spec: { jobs: [{ template: { env: [{ name: 'X', value: S }] } }] } },
      },
    ],
    ['environment as a map', { ...on('widgets'), requestObject: { spec: { env: { X: S } } } }],
    [
      'environment in a JSON patch',
      {
        ...on('pods'),
        requestObject: [{ op: 'add', path: '/spec/containers/0/env/-', value: { name: 'X', value: S } }],
      },
    ],
    [
      'a value of it in a JSON patch',
      { ...on('pods'), requestObject: [{ op: 'replace', path: '/spec/containers/0/env/0/value', value: S }] },
    ],
    [
      'a whole environment in a JSON patch',
      {
        ...on('pods'),
        requestObject: [{ op: 'add', path: '/spec/containers/0/env', value: [{ name: 'X', value: S }] }],
      },
    ],
    [
      'environment in last-applied',
      {
        ...on('pods'),
        requestObject: {
          metadata: {
            annotations: {
              'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
                spec: { containers: [{ env: [{ name: 'X', value: S }] }] },
              }),
            },
          },
        },
      },
    ],
    ['a key that says so', { ...on('widgets'), requestObject: { spec: { db: { adminPassword: S } } } }],
    [
      'a number under such a key',
      { ...on('widgets'), requestObject: { spec: { password: 77777 }, note: S.slice(0, 0) } },
    ],
    [
      'a parameter whose name says so',
      { ...on('widgets'), requestObject: { params: [{ name: 'API_TOKEN', value: S }] } },
    ],
    ['a header', { ...on('pods'), requestObject: { httpHeaders: [{ name: 'Authorization', value: S }] } }],
    ['an argument', { ...on('pods'), requestObject: { args: ['--password', S, `--db-password=${S}`] } }],
    [
      'a ConfigMap whose key says so',
      { ...on('configmaps'), requestObject: { kind: 'ConfigMap', data: { DB_PASSWORD: S } } },
    ],
    [
      'a ConfigMap with a settings file',
      {
        ...on('configmaps'),
        requestObject: { kind: 'ConfigMap', data: { 'app.yaml': `user: x\npassword: ${S}\n` } },
      },
    ],
    [
      'a ConfigMap with a manifest',
      {
        ...on('configmaps'),
        requestObject: {
          kind: 'ConfigMap',
          data: { m: JSON.stringify({ kind: 'Secret', data: { pin: S } }) },
        },
      },
    ],
    ['Docker logins', { ...on('widgets'), requestObject: { auths: { 'r.io': { auth: S, username: 'x' } } } }],
    [
      'what was run in a pod',
      { ...on('pods'), requestObject: { kind: 'PodExecOptions', command: ['sh', '-c', S] } },
    ],
  ])('%s', (_, over) => {
    const text = JSON.stringify(redacted(over));
    expect(text).not.toContain(S);
    expect(text).not.toContain('77777');
    expect(text).toContain('<redacted>');
  });

  it('keep what is no secret', () => {
    const body = {
      kind: 'Pod',
      spec: {
        serviceAccountName: 'default',
        automountServiceAccountToken: false,
        imagePullSecrets: [{ name: 'registry' }],
        containers: [
          {
            image: 'api:v2',
            args: ['--port', '80'],
            env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'web-db', key: 'password' } } }],
          },
        ],
        volumes: [{ secret: { secretName: 'web-db' } }],
      },
    };
    const whole = {
      ...event(on('pods')),
      requestURI: '/api/v1/namespaces/shop/pods?limit=500&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NX0',
      requestObject: body,
    };
    expect(redactEvent(whole)).toBe(whole);
  });

  it('are copied only where they change, and never changed in place', () => {
    const kept = { kind: 'ConfigMap', data: { color: 'blue' } };
    const items = [kept, { kind: 'Secret', data: { pin: S } }];
    const before = event({ ...on('all'), responseObject: { kind: 'List', items } });
    const copy = structuredClone(before);
    const after = redactEvent(before);
    expect(before).toEqual(copy);
    expect(after).toHaveProperty('responseObject.items[0]', kept);
    expect((after.responseObject as { items: unknown[] }).items[0]).toBe(kept);
    expect(after.user).toBe(before.user);
  });

  it('of any depth and with any key are survived', () => {
    let deep: unknown = { kind: 'Secret', data: { pin: S } };
    for (let i = 0; i < 5_000; i++) deep = { a: deep };
    expect(JSON.stringify(redacted({ ...on('widgets'), requestObject: deep }))).not.toContain(S);
    const odd = JSON.parse(
      '{"__proto__":{"password":"hunter2"},"constructor":{"token":"hunter2"}}',
    ) as unknown;
    expect(JSON.stringify(redacted({ ...on('widgets'), requestObject: odd }))).not.toContain(S);
  });
});

describe('URLs', () => {
  it.each([
    [
      '/api/v1/namespaces/x/pods/p/exec?command=sh&command=-c&command=echo+hunter2&stdin=true',
      '/api/v1/namespaces/x/pods/p/exec?command=<redacted>&command=<redacted>&command=<redacted>&stdin=true',
    ],
    ['/x?%63ommand=hunter2', '/x?%63ommand=<redacted>'],
    ['/x?access_token=hunter2&a=b', '/x?access_token=<redacted>&a=b'],
    ['/x?sig=hunter2', '/x?sig=<redacted>'],
    ['/x?X-Amz-Signature=hunter2', '/x?X-Amz-Signature=<redacted>'],
    ['/api/v1/nodes/n/proxy/run/a/b/c?cmd=hunter2', '/api/v1/nodes/n/proxy/run/a/b/c?cmd=<redacted>'],
    [`/x/${JWT}/y`, '/x/<redacted>'],
    [`/x?q=${encodeURIComponent(`Bearer ${JWT}`)}`, '/x?q=<redacted>'],
    [
      '/api/v1/secrets?labelSelector=app%3Dweb&limit=500',
      '/api/v1/secrets?labelSelector=app%3Dweb&limit=500',
    ],
    ['/x?a=1;command=hunter2', '/x?a=1;command=<redacted>'],
    ['/x?command=', '/x?command='],
    ['/x?%', '/x?%'],
  ])('%s', (requestURI, expected) => {
    expect(redacted({ requestURI }).requestURI).toBe(expected);
    expect(redactText(requestURI)).toBe(expected);
  });
});

describe('refusals', () => {
  it.each([
    [
      'secrets',
      'Secret "x" is invalid: data[password]: Invalid value: "hunter2": too short',
      'Secret "x" is invalid: <redacted>',
    ],
    [
      'secrets',
      'admission webhook "w" denied the request: hunter2 is weak',
      'admission webhook "w" denied the request: <redacted>',
    ],
    [
      'secrets',
      `the object provided is unrecognized (must be of type Secret): ({"pin":"hunter2"})`,
      'the object provided is unrecognized <redacted>',
    ],
    ['secrets', 'secrets "x" is forbidden: User "dave" cannot get resource "secrets" in API group ""', null],
    ['secrets', 'secrets "x" not found', null],
    [
      'widgets',
      'Widget "x" is invalid: spec.password: Invalid value: "hunter2": too short',
      'Widget "x" is invalid: spec.password: Invalid value: "<redacted>": too short',
    ],
    ['widgets', 'Widget "x" is invalid: spec.size: Invalid value: 99: should be less', null],
    [
      'pods',
      'Pod "x" is invalid: spec: Invalid value: core.PodSpec{Env:[]core.EnvVar{core.EnvVar{Name:"X", Value:"hunter2", ValueFrom:nil}}}',
      'Pod "x" is invalid: spec: Invalid value: core.PodSpec{Env:[]core.EnvVar{core.EnvVar{Name:"X", Value:"<redacted>", ValueFrom:nil}}}',
    ],
    [
      'pods',
      'Pod "x" is invalid: spec: Invalid value: {"env":[{"name":"X","value":"hunter2"}]}',
      'Pod "x" is invalid: spec: Invalid value: {"env":[{"name":"X","value":"<redacted>"}]}',
    ],
  ])('of %s: %s', (resource, message, expected) => {
    const responseStatus = { code: 422, status: 'Failure', message, details: { causes: [{ message }] } };
    const clean = redacted({
      ...on(resource),
      responseStatus,
      responseObject: { kind: 'Status', ...responseStatus },
    });
    expect(clean.responseStatus).toMatchObject({
      message: expected ?? message,
      details: { causes: [{ message: expected ?? message }] },
    });
    expect(clean.responseObject).toMatchObject({ message: expected ?? message });
  });
});

describe('text', () => {
  it.each([
    [JWT, '<redacted>'],
    [`x${JWT}.`, 'x<redacted>'],
    [PEM, '<redacted>'],
    [`a ${PEM} b ${PEM} c`, 'a <redacted> b <redacted> c'],
    ['a -----BEGIN PRIVATE KEY-----\nMIIE', 'a <redacted>'],
    ['Bearer abcd.efgh', 'Bearer <redacted>'],
    ['authorization: Bearer abcdef', 'authorization: <redacted>'],
    ['invalid bearer token', 'invalid bearer token'],
    ['basic authentication failed', 'basic authentication failed'],
    ['https://bob:hunter2@git.io/x', 'https://bob:<redacted>@git.io/x'],
    ['git@github.com:a/b', 'git@github.com:a/b'],
    ['sk_live_1', '<redacted>'],
    ['rk_test_abc1', '<redacted>'],
    ['ghp_0123456789abcdefghijABCDEFGHIJ012345', '<redacted>'],
    ['xoxb-123456789-abcdef', '<redacted>'],
    ['AKIAIOSFODNN7EXAMPLE', '<redacted>'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = <redacted>'],
    ['password=hunter2', 'password=<redacted>'],
    ['{"password":"two words"', '{"password":"<redacted>"'],
    ['"{\\"token\\":\\"hunter2\\"}"', expect.not.stringContaining('hunter2')],
    [
      'kubectl create secret generic x --from-literal=pin=1234',
      'kubectl create secret generic x --from-literal=pin=<redacted>',
    ],
    ['curl/8 ?token=hunter2&x', 'curl/8 ?token=<redacted>&x'],
    [`token_${JWT.replaceAll('.', '\\u002e')}`, 'token_<redacted>'],
    [JWT.replaceAll('.', '%2E'), '<redacted>'],
    ['----- BEGIN PRIVATE KEY -----\nx', '<redacted>'],
    ['a ---- BEGIN SSH2 PRIVATE KEY ----\nx\n---- END SSH2 PRIVATE KEY ---- b', 'a <redacted> b'],
    ['kubeadm join --token abcdef.0123456789abcdef', 'kubeadm join --token <redacted>'],
    ['token abcdef.0123456789abcdef', 'token <redacted>'],
    ['Authorization: token hunter2', 'Authorization: <redacted>'],
    ['Authorization: Digest username="u", response="hunter2"', 'Authorization: <redacted>'],
    ['curl -H "Authorization: Basic aHVudGVyMg==" x', 'curl -H "Authorization: <redacted>" x'],
    ['kubectl --token hunter2', 'kubectl --token <redacted>'],
    ['set env DB_PASS=hunter2 A=1', 'set env DB_PASS=<redacted> A=1'],
    [
      'SharedAccessKeyName=Root;SharedAccessKey=hunter2',
      'SharedAccessKeyName=Root;SharedAccessKey=<redacted>',
    ],
    ['<user>x</user><password>hunter2</password>', '<user>x</user><password><redacted></password>'],
    ["'password' => 'hunter2'", "'password' => '<redacted>'"],
    ['postgres://u:a/hunter2@h/db', 'postgres://u:<redacted>@h/db'],
    ['u:hunter2@tcp(db:3306)/x', 'u:<redacted>@tcp(db:3306)/x'],
    ['https://discord.com/api/webhooks/1/hunter2', 'https://<redacted>'],
    [
      '/api/v1/namespaces/x/services/s/proxy/login?pass=hunter2',
      '/api/v1/namespaces/x/services/s/proxy/login?pass=<redacted>',
    ],
    // Nothing to hide.
    ['system:serviceaccount:passwords:secret', 'system:serviceaccount:passwords:secret'],
    ['system:serviceaccounts:my-token:x', 'system:serviceaccounts:my-token:x'],
    ['worker.18a1b2c3d4e5f607', 'worker.18a1b2c3d4e5f607'],
    ['https://h:8080/path/a@b', 'https://h:8080/path/a@b'],
    ['sk-worker-pool-production-node-012345', 'sk-worker-pool-production-node-012345'],
    [
      'exceeded quota: q, requested: secrets=1, used: count/secrets=10',
      'exceeded quota: q, requested: secrets=1, used: count/secrets=10',
    ],
    ['Basic realm="x"', 'Basic realm="x"'],
    ['docker run -p 8080:80 x@sha256:0123456789abcdef', 'docker run -p 8080:80 x@sha256:0123456789abcdef'],
    ['kubectl/v1.34.4 (linux/amd64) kubernetes/0123456', 'kubectl/v1.34.4 (linux/amd64) kubernetes/0123456'],
    [
      'RBAC: allowed by RoleBinding "secret-reader/payments" of Role "secret-reader" to User "carol"',
      'RBAC: allowed by RoleBinding "secret-reader/payments" of Role "secret-reader" to User "carol"',
    ],
    ['system:serviceaccount:kube-system:token-cleaner', 'system:serviceaccount:kube-system:token-cleaner'],
    ['secretName: web-db', 'secretName: web-db'],
    ['automountServiceAccountToken: false', 'automountServiceAccountToken: false'],
    ['JTI=6f1c', 'JTI=6f1c'],
    ['task-0123456789-0123456789-0123456789', 'task-0123456789-0123456789-0123456789'],
    ['', ''],
  ])('%j', (text, expected) => {
    expect(redactText(text)).toEqual(expected);
  });

  it('stays linear on a megabyte of bait', () => {
    const baits = [
      'eyJ',
      'eyJ.',
      'eyJaaaaaaaaaa',
      'eyJaaaaaaa.',
      '-----BEGIN ',
      '-----BEGIN X-----END ',
      'Bearer ',
      'Bearer a',
      'password',
      'password=',
      'password="',
      'password=\\"',
      'secret',
      'secret-',
      'secret:  ',
      'token\\\\\\',
      'a://',
      'a://b:',
      'a://b:c',
      'https://',
      '?a=',
      '?token=',
      '&',
      'ghp_',
      'sk_live_',
      'SG.',
      'AKIA',
      'sk-',
      ' ',
      '"',
      '\\"',
      '\\',
      'Value:"',
      'Value:"\\"',
      '"name":"',
      '"name":"x","value":"',
      '--from-literal=',
      '--from-literal=a',
      'LS0tLS1CRUdJTi',
      'a',
      'a.',
      'aA0-_',
      'x-amz-',
      'bearer+',
      'H4sI',
      '%',
      '%20',
      '/?',
      '[',
      '{',
      '{"a":',
      'eyJ%2e',
      '\\u002e',
      '- ',
      'x=y&',
      'mysql -p',
      'curl -u a:b ',
      'cookie: a;',
      'a://b:c/d',
      '<password>',
      'A'.repeat(39),
      'a.b: Invalid value: "',
      'password: |\n x\n',
      'env:\n- a\n',
    ];
    for (const bait of baits) {
      const text = bait.repeat(Math.ceil(1e6 / bait.length));
      for (const hostile of [text, `/x?${text}`, `${text}!`]) {
        // Of the processor: a busy machine takes its time.
        const started = process.cpuUsage();
        redactText(hostile);
        expect([bait, process.cpuUsage(started).user / 1000]).toSatisfy(
          ([, ms]: [string, number]) => ms < 5_000,
        );
      }
    }
  }, 120_000);
});

describe('always', () => {
  it('takes no UUID for a secret, alone or beside other words', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect([redactText(uuid), redactText(` ${uuid}`)]).toEqual([uuid, ` ${uuid}`]);
      }),
      { numRuns: 500 },
    );
  });

  const secret = fc.stringMatching(/^[a-z0-9]{12,30}$/).map((s) => `zq${s}`);
  const places: ((s: string) => Record<string, unknown>)[] = [
    (s) => ({ requestObject: { kind: 'Secret', data: { x: s } } }),
    (s) => ({ requestObject: { kind: 'List', items: [{ kind: 'Secret', stringData: { x: s } }] } }),
    (s) => ({ requestObject: [{ op: 'add', path: '/data/x', value: s }] }),
    (s) => ({ requestURI: `/api/v1/namespaces/a/pods/b/exec?command=${s}&command=x` }),
    (s) => ({ requestURI: `/x?a=b&token=${s}` }),
    (s) => ({ ...on('pods'), requestObject: { spec: { containers: [{ env: [{ name: 'a', value: s }] }] } } }),
    (s) => ({
      ...on('pods'),
      requestObject: { metadata: { annotations: { x: JSON.stringify({ env: [{ name: 'a', value: s }] }) } } },
    }),
    (s) => ({ userAgent: `Bearer ${s}` }),
    (s) => ({ userAgent: `curl password=${s}` }),
    (s) => ({ ...on('widgets'), requestObject: { a: { clientSecret: s } } }),
    (s) => ({ annotations: { a: `https://u:${s}@h/` } }),
    (s) => ({ responseStatus: { code: 422, message: `Secret "x" is invalid: data: Invalid value: "${s}"` } }),
    (s) => ({ ...on('pods'), auditID: `ghp_${s}${s}` }),
    (s) => ({ ...on('pods'), requestObject: { text: `-----BEGIN KEY-----\n${s}\n-----END KEY-----` } }),
  ];

  it('no secret survives, wherever it stands, and a second time changes nothing', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(...places), (text, place) => {
        const clean = redacted(place(text));
        expect(JSON.stringify(clean)).not.toContain(text);
        expect(redactEvent(clean)).toEqual(clean);
      }),
      { numRuns: 1_000 },
    );
  });

  it('any JSON is taken, none is mutated, and twice is once', () => {
    const keys = fc.constantFrom(
      'kind',
      'data',
      'env',
      'name',
      'value',
      'password',
      'token',
      'op',
      'path',
      'items',
      'metadata',
      'annotations',
      'request',
      '__proto__',
    );
    const leaf = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'Secret',
        '/data/x',
        '{"password":"x"}',
        '[{"kind":"Secret","data":{"a":"b"}}]',
        JWT,
        'password: "x',
        'Bearer abcdef',
        PEM,
      ),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const tree = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('any')), fc.dictionary(keys, tie('any'))),
    })).any;
    fc.assert(
      fc.property(
        tree,
        fc.constantFrom('secrets', 'pods', 'certificatesigningrequests'),
        (body, resource) => {
          const before = event({ ...on(resource), requestObject: body });
          const text = JSON.stringify(before);
          const once = redactEvent(before);
          expect(JSON.stringify(before)).toBe(text);
          expect(JSON.stringify(redactEvent(once))).toBe(JSON.stringify(once));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('text redacted twice is text redacted once', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(
        JWT,
        PEM,
        'Bearer ',
        'password',
        '=',
        ': ',
        '"',
        "'",
        '\\',
        'token',
        '://a:b@',
        '?key=',
        '&',
        '-----BEGIN ',
        'eyJ',
        '.',
        '<redacted>',
        '/x?',
        'Value:"',
        '--from-literal=a=',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (text) => {
          const once = redactText(text);
          expect(redactText(once)).toBe(once);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe('the samples', () => {
  it.each(['shop/audit.log', 'two-servers/cp-1/audit.log', 'two-servers/cp-2/audit.log'])(
    '%s shows none of its secrets',
    (file) => {
      for (const line of readFileSync(`test/fixtures/${file}`, 'utf8').split('\n').filter(Boolean)) {
        const text = JSON.stringify(redactEvent(JSON.parse(line) as Record<string, unknown>));
        for (const secret of [
          'hunter2',
          'aHVudGVyMg',
          'sk_live_1',
          'c2tfbGl2ZV8x',
          '-----BEGIN',
          'eyJhbGci',
          'echo+hello',
        ]) {
          expect(text).not.toContain(secret);
        }
        if (text.includes('"Secret"')) expect(text).not.toMatch(/"1234"|MTIzNA==/);
      }
    },
  );
});
