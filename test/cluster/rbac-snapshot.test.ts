/** The lists of roles and bindings over real sockets, from servers that give them all, some of them, or nothing at all. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { rbacSnapshot } from '../../src/cluster/rbac-snapshot.ts';
import type { RbacSnapshot } from '../../src/live.ts';
import { connectTo, never, serve } from './support/connect-here.ts';

async function snapshotOf(
  answer: (url: URL, response: ServerResponse) => void,
  signal: AbortSignal = never,
): Promise<RbacSnapshot> {
  const { ports } = await serve((request: IncomingMessage, response) =>
    answer(new URL(request.url ?? '/', 'https://x'), response),
  );
  const { api } = await connectTo(ports.tls);
  return await rbacSnapshot(api, signal);
}

const list = (names: readonly string[], next = '') =>
  JSON.stringify({
    kind: 'List',
    metadata: { continue: next },
    items: names.map((name) => ({ metadata: { name } })),
  });

describe('the snapshot of roles and bindings', () => {
  it('holds all pages of all four kinds', async () => {
    const asked: string[] = [];
    const found = await snapshotOf(({ pathname, searchParams }, response) => {
      asked.push(pathname);
      const resource = pathname.split('/').at(-1) ?? '';
      response.end(
        searchParams.get('continue') === null ? list([`${resource}-1`], 'more') : list([`${resource}-2`]),
      );
    });
    const names = (objects: readonly unknown[] | null) =>
      objects?.map((object) => (object as { metadata: { name: string } }).metadata.name);
    expect(
      [found.roles, found.clusterRoles, found.roleBindings, found.clusterRoleBindings].map(names),
    ).toEqual([
      ['roles-1', 'roles-2'],
      ['clusterroles-1', 'clusterroles-2'],
      ['rolebindings-1', 'rolebindings-2'],
      ['clusterrolebindings-1', 'clusterrolebindings-2'],
    ]);
    expect(found.missing).toEqual([]);
    expect(new Set(asked).size).toBe(4);
  });

  it('lacks only what may not be read, and says why', async () => {
    const found = await snapshotOf(({ pathname }, response) => {
      if (!pathname.endsWith('/clusterroles')) response.end(list(['x']));
      else
        response.writeHead(403).end(
          JSON.stringify({
            ...{ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403 },
            message: 'clusterroles.rbac.authorization.k8s.io is forbidden: User "bob" cannot list resource',
          }),
        );
    });
    expect(found.clusterRoles).toBeNull();
    expect([found.roles, found.roleBindings, found.clusterRoleBindings].map((some) => some?.length)).toEqual([
      1, 1, 1,
    ]);
    expect(found.missing).toEqual([expect.stringMatching(/^clusterroles: .*forbidden/)]);
  });

  it('takes the page of a gateway for no list', async () => {
    const found = await snapshotOf((_, response) => response.end('<html>log in</html>'));
    expect(found).toMatchObject({
      roles: null,
      clusterRoles: null,
      roleBindings: null,
      clusterRoleBindings: null,
    });
    expect(found.missing).toHaveLength(4);
  });

  it('waits ten seconds and no longer, for each that does not answer', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      expect(ms).toBe(10_000);
      return AbortSignal.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    });
    const found = await snapshotOf(() => {});
    timeout.mockRestore();
    expect(found.missing).toEqual(
      ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'].map(
        (one) => `${one}: no answer within 10 s`,
      ),
    );
  });

  it('ends with whoever gives up', async () => {
    const giveUp = new AbortController();
    const asked = snapshotOf(() => giveUp.abort(new Error('Ctrl-C')), giveUp.signal);
    await expect(asked).rejects.toThrow('Ctrl-C');
  });
});
