/** Whether what was refused would be allowed now: what is asked, and what comes of the answers. */
import { describe, expect, it } from 'vitest';
import { ask } from '../../../src/commands/ask.ts';
import { NO_PROGRESS } from '../../../src/commands/progress.ts';
import type { LiveFinding, RightKey } from '../../../src/live.ts';
import { failedAuth } from '../../../src/questions/failed-auth/failed-auth.ts';
import type { FailedAuthRow } from '../../../src/questions/failed-auth/failed-auth-row.ts';
import { memorySource } from '../../support/memory-source.ts';
import { recordingCluster } from '../../support/recording-cluster.ts';
import { DAY, forbidden, unauthenticated, WHOLE } from './failed-auth-support.ts';

async function refusedNow(
  events: readonly Record<string, unknown>[],
  answerTo: (key: RightKey) => LiveFinding | undefined,
) {
  const cluster = recordingCluster((key) => (key.kind === 'right' ? answerTo(key) : undefined));
  const answer = await ask(failedAuth, WHOLE, {
    sources: [memorySource(events)],
    inputs: {},
    live: cluster,
    nowUs: Date.parse(`${DAY}T12:00:00Z`) * 1000,
    signal: new AbortController().signal,
    progress: NO_PROGRESS,
  });
  return {
    rows: answer.rows as readonly FailedAuthRow[],
    columns: answer.columns,
    asked: cluster.asked as RightKey[],
  };
}

const get = { verb: 'get', resource: 'secrets', namespace: 'prod', name: 'db' };
const allowed: LiveFinding = { kind: 'right', isAllowed: true, through: null };
const denied: LiveFinding = { kind: 'right', isAllowed: false, through: null };

describe('allowed now', () => {
  it('is what the authorizer says of just that', async () => {
    const { rows, asked, columns } = await refusedNow([forbidden(1, get, 'bob')], () => allowed);
    expect(rows[0]?.allowedNow).toBe(true);
    expect(asked).toEqual([
      expect.objectContaining({
        user: 'bob',
        verb: 'get',
        resource: 'secrets',
        namespace: 'prod',
        name: 'db',
        path: null,
      }),
    ]);
    expect(columns.map((column) => column.name)).toContain('NOW');
  });

  it('takes every right that was missing', async () => {
    const events = [forbidden(1, get, 'bob'), forbidden(2, { ...get, verb: 'delete' }, 'bob')];
    const half = await refusedNow(events, (key) => (key.verb === 'get' ? allowed : denied));
    expect(half.rows.map((row) => row.allowedNow)).toEqual([false]);
    const unknown = await refusedNow(events, (key) => (key.verb === 'get' ? allowed : undefined));
    expect(unknown.rows.map((row) => row.allowedNow)).toEqual([null]);
  });

  it('is not asked of what is no right of somebody known', async () => {
    const { rows, asked, columns } = await refusedNow([unauthenticated(1, get)], () => allowed);
    expect(asked).toEqual([]);
    expect(rows[0]?.allowedNow).toBeNull();
    expect(columns.map((column) => column.name)).not.toContain('NOW');
  });

  it('asks no more than the cluster should bear', async () => {
    const events = Array.from({ length: 90 }, (_, n) => forbidden(n, get, `user-${n}`));
    const { rows, asked } = await refusedNow(events, () => denied);
    expect(asked).toHaveLength(40);
    expect(rows.filter((row) => row.allowedNow === false)).toHaveLength(40);
    expect(rows[0]?.allowedNow).toBe(false);
  });
});
