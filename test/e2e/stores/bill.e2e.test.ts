/** Log Analytics' basic plan is paid for by what is read: what that is, is known before, and asked about at a terminal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TypeOptions, typed } from '../support/terminal.ts';
import { type StoreProcess, startStore } from './start-store.ts';

const HOUR_MS = 3_600_000;
const now = Date.now();
const ago = (hours: number): string => new Date(now - hours * HOUR_MS).toISOString();

let server: StoreProcess;

async function filled(workspace: string, table: string, columns: Record<string, string>, rows: unknown[][]) {
  const body = JSON.stringify({ table, columns, rows });
  const answer = await fetch(`${server.url}/tables/${workspace}`, { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
}

/** So many megabytes came in each of the last 48 hours. */
async function workspaceOf(workspace: string, megabytes: number | null): Promise<string> {
  const line = JSON.stringify({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
    ...{ auditID: 'id-1', verb: 'delete', requestURI: '/apis/apps/v1/namespaces/prod/deployments/api' },
    ...{ user: { username: 'alice' }, responseStatus: { metadata: {}, code: 200 } },
    objectRef: {
      ...{ resource: 'deployments', namespace: 'prod', name: 'api' },
      ...{ apiGroup: 'apps', apiVersion: 'v1' },
    },
    ...{ requestReceivedTimestamp: ago(2), stageTimestamp: ago(2) },
  });
  await filled(
    workspace,
    'AzureDiagnostics',
    { TimeGenerated: 'datetime', _ResourceId: 'string', Category: 'string', log_s: 'string' },
    [[ago(2), '/subscriptions/1/prod', 'kube-audit', `${line}\n`]],
  );
  if (megabytes !== null) {
    await filled(
      workspace,
      'Usage',
      { StartTime: 'datetime', EndTime: 'datetime', DataType: 'string', Quantity: 'real' },
      Array.from({ length: 48 }, (_, n) => [ago(n + 1), ago(n), 'AzureDiagnostics', megabytes]),
    );
  }
  return `azure+${server.url}/${workspace}/AzureDiagnostics?plan=basic&token-env=TOKEN`;
}

beforeAll(async () => {
  server = await startStore('azure');
});

afterAll(() => server.stop());

const words = (source: string, ...more: readonly string[]) => [
  ...['who-did', 'delete', 'deploy/api', '-n', 'prod', '--no-live', '--source', source, ...more],
];
const asked = (source: string, more: readonly string[], options: TypeOptions = {}) =>
  typed(words(source, ...more), { ...options, env: { TOKEN: 'a-token' } });

describe('a reading that is paid for', () => {
  const QUESTION =
    /azure http:\/\/\S+ \(2\d\.\d\d GB\) will look through 2\d\.\d\d GB for this, which is paid for\. Go on\? \[y\/N\] /;
  const ANSWER = 'prod/deploy/api: deleted by alice';
  let large: string;

  beforeAll(async () => {
    large = await workspaceOf('large', 1000);
  });

  it('goes on when that is what was said', async () => {
    const { status, screen } = await asked(large, [], { when: '[y/N]', types: 'y\n' });
    expect(screen).toMatch(QUESTION);
    expect(screen).toContain(ANSWER);
    expect([0, 3]).toContain(status);
  });

  it('reads nothing otherwise', async () => {
    const { status, screen } = await asked(large, [], { when: '[y/N]', types: '\n' });
    expect(screen).toMatch(QUESTION);
    expect(screen).not.toContain(ANSWER);
    expect(screen).toMatch(/error: nothing was read: 2\d\.\d\d GB would be paid for \[AUDIT_NOT_CONFIRMED\]/);
    expect(status).toBe(1);
  });

  it('is given up with Ctrl-C', async () => {
    const { status, screen } = await asked(large, [], { when: '[y/N]', types: '\u0003' });
    expect(screen).not.toContain(ANSWER);
    expect(status).toBe(130);
  });

  it.each([
    ['with --yes', ['--yes'], {}],
    ['for a shorter time', ['--since', '5h'], {}],
    ['from no terminal', [], { input: '/dev/null' }],
    ['for a program', ['-o', 'json'], {}],
  ])('is not asked about %s', async (_, more, options) => {
    const { screen } = await asked(large, more, options);
    expect(screen).not.toContain('[y/N]');
    expect(screen).toContain(ANSWER);
  });

  it('is not asked about where nobody knows how much it is', async () => {
    const { screen } = await asked(await workspaceOf('unknown', null), []);
    expect(screen).not.toContain('[y/N]');
    expect(screen).toContain(ANSWER);
  });

  it('is, while it is followed, not that of all there is, but what comes to it each hour', async () => {
    const { screen } = await asked(large, ['--follow', '--explain']);
    // Usage is told by the hour: what is looked through at first lies in one of them. Then it is 16.5 minutes, once a minute.
    expect(screen).toMatch(
      /cost +[12]\.\d\d GB, paid for by what is read\n +then up to about 1[67]\.\d\d GB each hour/,
    );
    const following = await asked(large, ['--follow'], { when: '[y/N]', types: '\n' });
    expect(following.screen).toMatch(
      /will look through [12]\.\d\d GB, and up to about 1[67]\.\d\d GB each hour that it is followed for this, which is paid for/,
    );
    expect(following.status).toBe(1);
  });

  it('is left out beyond --max-bytes, and the answer says so', async () => {
    const { status, screen } = await asked(large, ['--max-bytes', '5GB']);
    expect(screen).not.toContain('[y/N]');
    expect(screen).not.toContain(ANSWER);
    expect(screen).toMatch(
      /not read: 2\d GB would be looked through, and paid for; --max-bytes allows 5\.0 GB/,
    );
    expect(status).toBe(3);
  });

  it('is told by --explain', async () => {
    const { screen } = await asked(large, ['--explain']);
    expect(screen).toMatch(/cost +2\d\.\d\d GB, paid for by what is read/);
    expect(screen).toMatch(/paid for +2\d\.\d\d GB: more than 10\.00 GB is asked about first/);
    expect(screen).not.toContain('[y/N]');
  });
});
