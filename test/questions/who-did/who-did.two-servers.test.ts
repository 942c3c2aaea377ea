/** The two-servers sample: two API servers' logs, and what is missing without one of them. */
import { describe, expect, it } from 'vitest';
import { brief, whoDid } from '../../support/run-command.ts';

const both = { file: ['test/fixtures/two-servers/*/audit.log'] };
const first = { file: ['test/fixtures/two-servers/cp-1/audit.log'] };
const inShop = { namespace: 'shop' };
const inTill = { namespace: 'till' };

describe('who-did over two API servers', () => {
  it('[ns] each namespace was made at one of them', async () => {
    const { rows } = await whoDid('create ns', both);
    const made = rows
      .filter((row) => row.who.user === 'alice')
      .map((row) => `${row.object.name} ${row.source}`);
    expect(made.map((line) => line.replace(/ .*(cp-\d).*/, ' $1')).sort()).toEqual([
      'shop cp-2',
      'till cp-1',
    ]);
  });

  it('[web] scaled at one, then at the other', async () => {
    expect(brief((await whoDid('scale deploy/web', { ...both, ...inShop })).rows)).toEqual([
      'bob patch/scale 200',
      'bob patch/scale 200',
    ]);
  });

  it('[flags] [same-id] two deletes, and a third that reuses an audit ID and finds nothing', async () => {
    const { rows } = await whoDid('delete cm/flags', { ...both, ...inShop });
    expect(brief(rows)).toEqual(['bob delete 200', 'bob delete 200', 'bob delete 404']);
    expect(rows[0]?.auditID).toBe(rows[1]?.auditID);
  });

  it('[flags] without the second log a removal is missing, and that is said', async () => {
    const { rows, coverage, status } = await whoDid('delete cm/flags', { ...first, ...inShop });
    expect(brief(rows)).toEqual(['bob delete 200']);
    expect(coverage.complete).toBe(false);
    expect(coverage.gaps.some((gap) => gap.text.includes('without having been removed'))).toBe(true);
    expect(status).toBe(3);
  });

  it('[prices] refused once at each', async () => {
    expect(brief((await whoDid('delete cm/prices', { ...both, ...inShop })).rows)).toEqual([
      'carol delete 403',
      'carol delete 403',
    ]);
  });

  it('[pod] by bob, completed by the kubelet at the same server', async () => {
    const { rows, notes } = await whoDid('delete pod/web-984fbbcf5-88k4p', { ...both, ...inShop });
    expect(brief(rows)).toEqual(['bob delete 200']);
    expect(notes.filter((note) => note.code === 'completed-by-kubelet')).toHaveLength(1);
  });

  it('[web-end] without the second log the kubelet completes what nobody is seen to have begun', async () => {
    const { rows, nearMisses } = await whoDid('delete pod/web-6bf4c8fd48-tjn5k', { ...first, ...inShop });
    expect(rows).toEqual([]);
    expect(nearMisses.map((miss) => miss.code)).toContain('completed-by-kubelet');
    const whole = await whoDid('delete pod/web-6bf4c8fd48-tjn5k', { ...both, ...inShop });
    expect(brief(whole.rows)).toEqual([
      'system:serviceaccount:kube-system:generic-garbage-collector delete 200',
    ]);
  });

  it('[mallory] read at one, deleted at the other', async () => {
    const readers = await whoDid('read secret/card', { ...both, ...inTill, humans: true });
    expect(brief(readers.rows).filter((line) => line.endsWith('200'))).toEqual(['mallory get 200']);
    expect(brief((await whoDid('delete secret/card', { ...both, ...inTill })).rows)).toEqual([
      'mallory delete 200',
    ]);
    expect(
      (await whoDid('delete secret/card', { ...first, ...inTill })).rows.filter(
        (row) => row.result.code === 200 && row.did.verb === 'delete' && row.object.name === 'card',
      ),
    ).toEqual([]);
  });

  it('[till] the namespace by alice', async () => {
    const { rows, says } = await whoDid('delete ns/till', both);
    expect(brief(rows)[0]).toBe('alice delete 200');
    expect(says).toMatch(/deleted by alice/);
  });

  it('[exec] by bob, at the second', async () => {
    const { rows } = await whoDid('exec pod', { ...both, ...inShop });
    expect(brief(rows)).toEqual(['bob get/exec 101']);
    expect(rows[0]?.source).toContain('cp-2');
  });
});
