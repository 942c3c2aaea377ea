/** Which refusals look like more than a missing right, and which do not. */
import { describe, expect, it } from 'vitest';
import { parseNetwork } from '../../../src/query/networks.ts';
import { event, failedAuthOf, forbidden, type Json, unauthenticated } from './failed-auth-support.ts';

const API = { verb: 'get', path: '/api' };
const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

async function signsOf(events: readonly Json[]): Promise<string[]> {
  const { rows } = await failedAuthOf(events);
  return [...new Set(rows.flatMap((row) => row.signs))].sort();
}

describe('guessing', () => {
  it('is many failed logins from one address over some time', async () => {
    expect(await signsOf(times(30, (n) => unauthenticated(n * 20, API)))).toEqual(['guessing']);
  });

  it('is not kubectl, which asks five times at once, called a few times with an expired login', async () => {
    const calls = times(10, (call) => times(5, (n) => unauthenticated(call * 60 + n * 0.002, API))).flat();
    expect(await signsOf(calls)).toEqual([]);
  });

  it('is many identities refused from where logins fail', async () => {
    const refused = times(5, (n) => forbidden(n, { verb: 'list', resource: 'pods' }, `user-${n}`));
    expect(await signsOf([...refused, ...times(3, (n) => unauthenticated(n * 30, API))])).toEqual([
      'guessing',
    ]);
    expect(await signsOf(refused)).toEqual([]);
  });

  it("is not told from the API server's own machine, which stands for no client", async () => {
    const loopback = { sourceIPs: ['127.0.0.1'] };
    expect(await signsOf(times(30, (n) => unauthenticated(n * 20, API, loopback)))).toEqual([]);
  });

  it('is seen among failed logins from many other addresses', async () => {
    const others = times(200, (n) => unauthenticated(n, API, { sourceIPs: [`10.1.0.${n}`] }));
    expect(await signsOf([...others, ...times(30, (n) => unauthenticated(n * 20, API))])).toEqual([
      'guessing',
    ]);
    expect(await signsOf(others)).toEqual([]);
  });

  it('makes no suspects of those who come from elsewhere', async () => {
    const { rows } = await failedAuthOf([
      ...times(30, (n) => unauthenticated(n * 20, API)),
      forbidden(1, { verb: 'list', resource: 'pods' }, 'bob', { sourceIPs: ['10.0.0.9'] }),
    ]);
    expect(rows.find((row) => row.who.user === 'bob')?.signs).toEqual([]);
  });
});

describe('scanning', () => {
  const kinds = (count: number, user: string, everySeconds = 1) =>
    times(count, (n) =>
      forbidden(n * everySeconds, { verb: 'list', resource: `kind-${n}`, namespace: 'a' }, user),
    );

  it('is one identity refused many kinds of things within minutes', async () => {
    expect(await signsOf(kinds(15, 'mallory'))).toEqual(['scanning']);
  });

  it('is not `kubectl get all`, nor the same over days', async () => {
    expect(await signsOf(kinds(10, 'alice'))).toEqual([]);
    expect(await signsOf(kinds(30, 'alice', 600))).toEqual([]);
  });

  it('is not a controller that lacks one right in every namespace', async () => {
    const list = times(60, (n) =>
      forbidden(n, { verb: 'list', resource: 'configmaps', namespace: `ns-${n}` }),
    );
    const watch = times(60, (n) =>
      forbidden(n, { verb: 'watch', resource: 'configmaps', namespace: `ns-${n}` }),
    );
    expect(await signsOf([...list, ...watch])).toEqual([]);
  });

  it('is a search of many namespaces for several kinds', async () => {
    const tried = ['secrets', 'pods', 'configmaps'].flatMap((resource, k) =>
      times(12, (n) => forbidden(k + n * 3, { verb: 'list', resource, namespace: `ns-${n}` })),
    );
    expect(await signsOf(tried)).toEqual(['scanning']);
  });

  it('is asking for what no client of Kubernetes asks for', async () => {
    const path = { verb: 'get', path: '/.env' };
    expect(await signsOf([forbidden(0, path, 'system:anonymous')])).toEqual(['scanning']);
    expect(await signsOf([unauthenticated(0, path)])).toEqual(['scanning']);
  });

  it('tells strangers apart by their address', async () => {
    const many = times(40, (n) =>
      forbidden(n, { verb: 'get', path: `/p-${n}` }, 'system:anonymous', { sourceIPs: [`10.0.0.${n}`] }),
    );
    expect(await signsOf(many)).toEqual([]);
  });

  it('shows even when one looks at a part of it', async () => {
    const filters = { kind: 'fromNetwork', cidr: parseNetwork('10.0.0.1').cidr } as const;
    const object = { kind: 'anything', namespace: 'a' } as const;
    const events = times(15, (n) =>
      forbidden(n, { verb: 'list', resource: `k-${n}`, namespace: n < 2 ? 'a' : 'b' }),
    );
    const { rows } = await failedAuthOf(events, { filters, object });
    expect(rows.map((row) => row.signs)).toEqual([['scanning'], ['scanning']]);
  });
});

describe('the token of a deleted account', () => {
  const RUNNER = 'system:serviceaccount:ci:runner';
  const list = { verb: 'list', resource: 'secrets', namespace: 'prod' };
  const deleted = (at: number, over: Json = {}) =>
    event(
      at,
      { verb: 'delete', resource: 'serviceaccounts', namespace: 'ci', name: 'runner' },
      { responseStatus: { code: 200 }, ...over },
    );

  it('is known by the same client, address and request as before', async () => {
    const { rows } = await failedAuthOf([deleted(1), forbidden(2, list, RUNNER), unauthenticated(10, list)]);
    expect(rows.map((row) => [row.class, row.signs])).toEqual([
      ['unauthenticated', ['token-of-deleted-account']],
      ['rbac', []],
    ]);
    expect(rows[0]?.missing).toContain(`the token of ${RUNNER}, deleted at 2026-11-23T00:00:01Z`);
  });

  it.each<[string, Json[]]>([
    ['it was never deleted', [forbidden(2, list, RUNNER), unauthenticated(10, list)]],
    [
      'its deletion was refused',
      [deleted(1, { responseStatus: { code: 403 } }), forbidden(2, list, RUNNER), unauthenticated(10, list)],
    ],
    ['it was deleted later', [forbidden(2, list, RUNNER), unauthenticated(10, list), deleted(11)]],
    [
      'the login failed from elsewhere',
      [deleted(1), forbidden(2, list, RUNNER), unauthenticated(10, list, { sourceIPs: ['10.9.9.9'] })],
    ],
    [
      'another client failed',
      [deleted(1), forbidden(2, list, RUNNER), unauthenticated(10, list, { userAgent: 'curl/8' })],
    ],
  ])('is not supposed when %s', async (_why, events) => {
    expect(await signsOf(events)).toEqual([]);
  });
});

it('explains each sign in a note', async () => {
  const { notes, says } = await failedAuthOf(times(30, (n) => unauthenticated(n * 20, API)));
  expect(notes[0]?.text).toMatch(
    /^guessing \(1 row, from 10\.0\.0\.1\): .*also a program with an expired token/,
  );
  expect(says).toMatch(/; signs: guessing$/);
});
