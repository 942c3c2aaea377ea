/** Changes of secrets: that they changed is told, what they were and are is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldDiff } from '../../../src/questions/field-diff/field-diff.ts';
import { type Change, redactChanges } from '../../../src/questions/field-diff/redact-changes.ts';
import { schemaOf } from '../../../src/questions/schema/built-in.ts';
import { type Schema, UNKNOWN_SCHEMA } from '../../../src/questions/schema/schema.ts';

const [S1, S2] = ['Zq7hunterX9', 'Wk3hunterY8'];
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function shown(
  resource: string,
  before: unknown,
  after: unknown,
  schema: Schema = UNKNOWN_SCHEMA,
): readonly Change[] {
  const of = { resource, subresource: null, key: '' };
  return redactChanges(fieldDiff(before, after, schema), { before, after, of });
}

function secret(data: object, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, data, ...more };
}

const POD = schemaOf({ group: '', version: 'v1', kind: 'Pod' });

function pod(container: object): object {
  return { kind: 'Pod', spec: { containers: [{ name: 'api', ...container }] } };
}

const KNOWN = { beforeKnown: true, afterKnown: true };

describe('a secret', () => {
  it('that changed, came or went is told by its name alone', () => {
    expect(
      shown(
        'secrets',
        secret({ password: S1, gone: S1, same: S1 }),
        secret({ password: S2, same: S1, pin: S2 }),
      ),
    ).toEqual([
      {
        path: 'data.password',
        before: '<redacted>',
        after: '<redacted>',
        redacted: true,
        op: 'replace',
        ...KNOWN,
      },
      { path: 'data.gone', before: '<redacted>', after: null, redacted: true, op: 'remove', ...KNOWN },
      { path: 'data.pin', before: null, after: '<redacted>', redacted: true, op: 'add', ...KNOWN },
    ]);
  });

  it('leaves what is none beside it as it is', () => {
    const changes = shown(
      'secrets',
      secret({}, { type: 'Opaque' }),
      secret({ a: S1 }, { type: 'x', immutable: true }),
    );
    expect(changes).toMatchObject([
      { path: 'data.a', op: 'add' },
      { path: 'type', before: 'Opaque', after: 'x', redacted: false },
      { path: 'immutable', after: true, redacted: false },
    ]);
  });

  it('in an environment, by the variable', () => {
    const env = (value: string) =>
      pod({
        image: 'a:1',
        env: [
          { name: 'TZ', value },
          { name: 'B', value: 'same' },
        ],
      });
    expect(shown('pods', env(S1), env(S2), POD)).toEqual([
      {
        path: 'spec.containers[api].env[TZ].value',
        before: '<redacted>',
        after: '<redacted>',
        redacted: true,
        op: 'replace',
        ...KNOWN,
      },
    ]);
  });

  it('among arguments', () => {
    const args = (word: string) =>
      pod({ args: ['run', '--password', word, `--db=postgres://me:${word}@db/x`] });
    expect(shown('pods', args(S1), args(S2), POD)).toMatchObject([
      { path: 'spec.containers[api].args[2]', before: '<redacted>', after: '<redacted>', redacted: true },
      {
        path: 'spec.containers[api].args[3]',
        before: '--db=postgres://me:<redacted>@db/x',
        after: '--db=postgres://me:<redacted>@db/x',
        redacted: true,
      },
    ]);
  });

  it('that its neighbours call something else afterwards', () => {
    const widget = (name: string, more: object) => ({ settings: [{ id: 1, name, ...more }] });
    const changes = shown(
      'widgets',
      { settings: [{ id: 'a', key: 'password', value: S1 }] },
      { settings: [{ id: 'a', key: 'password', value: S1 }, { id: 'b' }] },
    );
    expect(changes).toMatchObject([{ path: 'settings[1].id', after: 'b' }]);
    const renamed = shown('widgets', widget('password', { value: S1 }), widget('notes', { value: S2 }));
    expect(JSON.stringify(renamed)).not.toContain(S1);
    const replaced = shown(
      'widgets',
      { a: { name: 'password', value: S1 } },
      { a: { name: 'notes', value: S2 } },
    );
    expect(JSON.stringify(replaced)).not.toContain(S2);
    expect(replaced).toMatchObject([
      { path: 'a.name', before: 'password', after: 'notes' },
      { path: 'a.value', redacted: true },
    ]);
  });

  it('in a name: of a field, and of an item', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const changes = shown(
      'widgets',
      {},
      { labels: { [token]: 'x' }, list: [token] },
      {
        ...UNKNOWN_SCHEMA,
        field: () => ({ ...UNKNOWN_SCHEMA, listType: 'set' }),
      },
    );
    expect(changes.map(({ path }) => path)).toEqual(['labels["<redacted>"]', 'list["<redacted>"]']);
    expect(JSON.stringify(changes)).not.toContain('a1B2');
  });

  it('by which a list is sorted', () => {
    const users: Schema = {
      ...UNKNOWN_SCHEMA,
      listType: 'map',
      listKeys: ['token'],
      listKeyDefaults: [undefined],
    };
    const schema: Schema = { ...UNKNOWN_SCHEMA, field: () => users };
    const [a, b] = [{ token: S1 }, { token: S2 }];
    const changes = shown('widgets', { users: [a, b] }, { users: [b, a] }, schema);
    expect(changes).toMatchObject([{ path: 'users[]', redacted: true }]);
    expect(shown('widgets', { users: [a] }, { users: [{ ...a, n: 1 }] }, schema)).toMatchObject([
      { path: 'users["<redacted>"].n', after: 1 },
    ]);
    expect(JSON.stringify(changes)).not.toContain(S1);
  });

  it('is shown when it may be', () => {
    const [before, after] = [secret({ a: S1 }), secret({ a: S2 })];
    const changes = fieldDiff(before, after, UNKNOWN_SCHEMA);
    expect(redactChanges(changes, { before, after, of: null })).toEqual([
      { path: 'data.a', before: S1, after: S2, redacted: false, op: 'replace', ...KNOWN },
    ]);
  });
});

it('leaves paths and values readable', () => {
  const before = { metadata: { annotations: { 'a.b/token-ttl': '1' } }, spec: { ports: [{ port: 80 }] } };
  const after = { metadata: { annotations: { 'a.b/token-ttl': '2' } }, spec: { ports: [{ port: 81 }] } };
  const service = schemaOf({ group: '', version: 'v1', kind: 'Service' });
  expect(shown('services', before, after, service).map(({ path }) => path)).toEqual([
    'metadata.annotations["a.b/token-ttl"]',
    'spec.ports[80/TCP].port',
    'spec.ports[81/TCP].port',
  ]);
});

/** Bodies with a secret in them, by what is secret; `s` is it. */
const PLACES: readonly ((s: string) => [string, object])[] = [
  (s) => ['secrets', secret({ a: s, password: s })],
  (s) => ['secrets', secret({}, { stringData: { a: s } })],
  (s) => ['secrets', { kind: 'SecretList', items: [secret({ a: s }), secret({ b: 'x' })] }],
  (s) => ['secrets', { data: { a: s } }],
  (s) => [
    'secrets',
    secret({}, { metadata: { annotations: { [LAST_APPLIED]: JSON.stringify(secret({ a: s })) } } }),
  ],
  (s) => ['configmaps', { data: { 'app.yaml': `user: me\npassword: ${s}\nport: 1\n`, DB_PASSWORD: s } }],
  (s) => ['configmaps', { data: { manifest: JSON.stringify(secret({ a: s })) } }],
  (s) => [
    'pods',
    pod({
      env: [
        { name: 'A', value: s },
        { name: 'B', value: 'x' },
      ],
    }),
  ],
  (s) => ['pods', pod({ args: ['--token', s], command: ['mysql', `-p${s}`] })],
  (s) =>
    ['pods', pod({ env: [{ name: s, value: s }] })].map((one, n) =>
      n === 0 ? one : pod({ env: [{ name: 'Z', value: s }] }),
    ) as [string, object],
  (s) => [
    'cronjobs',
    { spec: { jobTemplate: { spec: { template: pod({ env: [{ name: 'A', value: s }] }) } } } },
  ],
  (s) => [
    'widgets',
    { spec: { auth: { password: s, list: [{ secretKey: s }] }, url: `https://me:${s}@db/x` } },
  ],
  (s) => [
    'widgets',
    {
      spec: {
        params: [
          { name: 'apiToken', value: s },
          { name: 'size', value: 'x' },
        ],
      },
    },
  ],
  (s) => [
    'sealedsecrets',
    { kind: 'SealedSecret', spec: { encryptedData: { a: s }, template: { data: { b: s } } } },
  ],
  (s) => ['certificatesigningrequests', { kind: 'CertificateSigningRequest', spec: { request: s } }],
  (s) => ['serviceaccounts', { kind: 'TokenRequest', status: { token: s } }],
  (s) => [
    'widgets',
    { spec: { patches: [{ op: 'add', path: '/spec/containers/0/env', value: [{ name: 'A', value: s }] }] } },
  ],
];

const anyPlace = fc.constantFrom(...PLACES);
const SCHEMAS: readonly Schema[] = [
  UNKNOWN_SCHEMA,
  ...['Pod', 'Secret'].map((kind) => schemaOf({ group: '', version: 'v1', kind })),
  schemaOf({ group: 'batch', version: 'v1', kind: 'CronJob' }),
];

/** Items of the lists in it, moved or doubled. */
function shuffled(value: unknown, how: number): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => shuffled(item, how));
    if (how % 3 === 1) items.reverse();
    return how % 3 === 2 ? [...items, ...items] : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shuffled(inner, how)]));
}

it('never shows a secret that was planted, whatever became of what it stands in', () => {
  fc.assert(
    fc.property(
      anyPlace,
      anyPlace,
      fc.boolean(),
      fc.nat(2),
      fc.constantFrom(...SCHEMAS),
      (one, other, isSamePlace, how, schema) => {
        const [resource, before] = one(S1);
        const [, else_] = (isSamePlace ? one : other)(S2);
        // Words of a command line are secret by the words before them: shuffled, they are none.
        const after = /args|op/.test(JSON.stringify(else_)) ? else_ : shuffled(else_, how);
        // What another resource's body holds is only known for what it is beside its own.
        const pairs: [unknown, unknown][] = [
          [before, undefined],
          ...(isSamePlace
            ? ([
                [before, after],
                [after, before],
                [undefined, after],
              ] as [unknown, unknown][])
            : []),
          [before, {}],
        ];
        for (const [was, is] of pairs) {
          const changes = shown(resource, was, is, schema);
          expect(changes.length).toBeGreaterThan(0);
          const text = JSON.stringify(changes);
          expect(text).not.toContain(S1);
          expect(text).not.toContain(S2);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
