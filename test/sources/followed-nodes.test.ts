/** A node's log, followed through the API server: what is told, what it costs in requests, and what happens when the node fails. */
import { mkdirSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { impatient } from '../../src/sources/node/impatient-folder.ts';
import { openKubeletFolder } from '../../src/sources/node/kubelet-folder.ts';
import { type LoopbackKubelet, sendText, startLoopbackKubelet } from '../support/loopback-kubelet.ts';
import { type Following, followFolder } from './rotated-logs/follow-folder.ts';
import { LogWriter } from './rotated-logs/log-writer.ts';
import { appending, halfWriting, looking, perform, puttingAside } from './rotated-logs/writing-steps.ts';

let kubelet: LoopbackKubelet;
let writer: LogWriter;
let following: Following | null = null;

async function follow(pollMs = 5, silenceMs?: number): Promise<Following> {
  const folder = openKubeletFolder(kubelet.api, 'cp-1', '/var/log/audit');
  following = await followFolder(impatient(folder, undefined, silenceMs), { pollMs });
  return following;
}

async function expectAll(before: number): Promise<void> {
  const wanted = writer.written.slice(before);
  await following?.told(wanted.length);
  expect({ ids: following?.ids.toSorted(), news: following?.news }).toMatchObject({ ids: wanted.toSorted() });
}

function freshFolder(): void {
  const folder = `${kubelet.folderOf('cp-1')}/audit`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writer = new LogWriter(folder);
}

beforeEach(async () => {
  kubelet = await startLoopbackKubelet(['cp-1']);
  freshFolder();
});

afterEach(async () => {
  await following?.stop();
  following = null;
  await kubelet.stop();
});

describe('a node’s log that is followed', () => {
  it('costs one small request a look', async () => {
    writer.append(100);
    writer.rotateByStamp();
    writer.append(2000);
    await follow(20);
    kubelet.forget();
    await following?.told(1);
    const looks = kubelet.requests().length;
    expect(looks).toBeGreaterThan(2);
    expect(kubelet.bytesSent()).toBeLessThanOrEqual(looks * 1024);
    expect(new Set(kubelet.requests().map((one) => one.split(' ').at(-1))).size).toBe(1);
    writer.append(3);
    await expectAll(2100);
  });

  it('does not look at what was put aside before with a stamped name', async () => {
    for (let n = 0; n < 5; n++) {
      writer.append(2);
      writer.compress(writer.rotateByStamp());
    }
    writer.append(2);
    kubelet.forget();
    await follow();
    expect(kubelet.requests().filter((one) => one.includes('.gz'))).toEqual([]);
    writer.append(1);
    writer.rotateByStamp();
    writer.append(1);
    await expectAll(12);
    expect(kubelet.requests().filter((one) => one.includes('.gz'))).toEqual([]);
  });

  it('is found again under another name, compressed as well, and read to its end there', async () => {
    writer.append(3);
    await follow(60);
    writer.append(2);
    writer.compress(writer.rotateByStamp());
    writer.append(1);
    writer.rotateByStamp();
    writer.append(2);
    await expectAll(3);
    expect(following?.news).toEqual([]);
  });

  it('that cannot be read is said once when that begins and once when it is over, and nothing is missed', async () => {
    writer.append();
    await follow();
    kubelet.intercept = (_, response) => {
      sendText(response, 502, 'dial tcp 10.0.0.1:10250: connect: connection refused');
      return true;
    };
    writer.append(2);
    writer.rotateByStamp();
    writer.append(2);
    await following?.told(1);
    expect(following?.log.findings().gaps).toMatchObject([
      { code: 'source-unreadable', text: expect.stringContaining('connection refused') },
    ]);
    kubelet.intercept = null;
    await expectAll(1);
    expect(following?.news).toEqual([
      expect.stringMatching(/^audit\.log cannot be read: cp-1 cannot be read: 502 dial tcp/),
      expect.stringMatching(/^audit\.log is read again, after \d+ s$/),
    ]);
    expect(following?.log.findings()).toMatchObject({ gaps: [], notes: [{ code: 'unreadable-for-a-time' }] });
  });

  it('that neither answers nor breaks the connection has failed after a time', async () => {
    writer.append();
    await follow(5, 50);
    let isSilent = true;
    kubelet.intercept = () => isSilent;
    await following?.told(1).catch(() => {});
    writer.append(2);
    isSilent = false;
    await expectAll(1);
    expect(following?.news[0]).toContain('no answer for 0.05 s');
  });

  it('says what is missing when the file was rotated away for good meanwhile', async () => {
    writer.append(2);
    await follow(60);
    writer.append(1);
    rmSync(writer.rotateByStamp());
    writer.append(2);
    await following?.told(2);
    expect(following?.ids).toEqual(['event-3', 'event-4']);
    expect(following?.log.findings().gaps).toMatchObject([
      { code: 'source-unreadable', text: expect.stringContaining('was removed, or cut short, after') },
    ]);
  });

  const step = fc.oneof(
    { weight: 5, arbitrary: appending },
    { weight: 1, arbitrary: halfWriting },
    { weight: 2, arbitrary: puttingAside('stamp') },
    { weight: 1, arbitrary: puttingAside('number') },
    { weight: 1, arbitrary: puttingAside('copy') },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const), requests: fc.nat(3) }) },
    { weight: 3, arbitrary: looking(30) },
  );

  it('tells each event once, through any mix of writing, rotating, compressing and broken connections', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(step, { maxLength: 20 }), fc.nat(4), async (steps, before) => {
          writer.append(before);
          await follow(3);
          let broken = 0;
          kubelet.intercept = (_, response) => {
            if (broken === 0) return false;
            broken--;
            // Before the answer's beginning, the client would try again by itself, after a while.
            response.writeHead(200, { 'content-length': 1000 }).flushHeaders();
            setTimeout(() => response.destroy(), 1);
            return true;
          };
          for (const each of steps) {
            if (each.do === 'break') broken += each.requests;
            else await perform(writer, each);
          }
          writer.append();
          await expectAll(before);
        })
        .beforeEach(async () => {
          await following?.stop();
          kubelet.intercept = null;
          freshFolder();
        }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
