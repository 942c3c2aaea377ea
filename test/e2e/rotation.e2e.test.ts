/** Reading a log that an API server is writing, rotating and compressing at the same time. */
import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ask, logged } from './support/ask.ts';
import { openCluster } from './support/cluster.ts';

const cluster = openCluster(inject('run'));
const logs = cluster.audit('cp-1');

describe('a rotating log', () => {
  let auditID = '';

  beforeAll(async () => {
    await cluster.kubectl('alice', 'create namespace rotation'.split(' '));
    await cluster.kubectl('alice', '-n rotation create configmap early'.split(' '));
    const act = await cluster.kubectl('alice', '-n rotation delete configmap early'.split(' '));
    auditID = act.sent.find((one) => one.method === 'DELETE')?.auditID ?? '';
    await logged(auditID, logs);
  });

  it('never loses an event in silence while it rotates, and none afterwards', async () => {
    const before = (await readdir(logs)).length;
    // Bodies are logged twice, as sent and as stored: each of these is a quarter of the size at which the log rotates.
    const writing = (async () => {
      for (let n = 0; n < 16; n++) {
        const data = JSON.stringify({ filler: `${n}`.repeat(120_000 / `${n}`.length) });
        const object = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big-${n}"},"data":${data}}`;
        await cluster.kubectl('alice', '-n rotation create -f -'.split(' '), { stdin: object });
      }
    })();
    let isWriting = true;
    void writing.finally(() => {
      isWriting = false;
    });
    do {
      const { rows, status, coverage, says } = await ask('delete cm/early -n rotation', logs);
      // A file that is renamed under the reader may be missed, but never in silence.
      if (rows.length === 0)
        expect({ status, coverage, says }).toMatchObject({ status: 3, coverage: { complete: false } });
      else expect(rows.map((row) => row.auditID)).toEqual([auditID]);
    } while (isWriting);
    await writing;

    const files = await readdir(logs);
    expect(files.length).toBeGreaterThan(before + 1);
    expect(files.some((name) => name.endsWith('.log.gz'))).toBe(true);
    const answer = await ask('delete cm/early -n rotation', logs);
    expect(answer).toMatchObject({ status: 0, coverage: { complete: true, unreadable: 0 } });
    const created = await ask('create cm/big-* -n rotation', logs);
    expect(created.rows.map((row) => row.object.name).sort()).toEqual(
      Array.from({ length: 16 }, (_, n) => `big-${n}`).sort(),
    );
  });
});
