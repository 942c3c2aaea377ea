/** What is written to a log while it is followed is told, each event once, whatever becomes of its files. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalFolder } from '../../../src/sources/file/local-folder.ts';
import { type Following, followFolder } from './follow-folder.ts';
import { LogWriter } from './log-writer.ts';
import { appending, halfWriting, looking, perform, puttingAside } from './writing-steps.ts';

let folder = '';
let writer: LogWriter;
let following: Following | null = null;

async function follow(options: Parameters<typeof followFolder>[1] = {}): Promise<Following> {
  following = await followFolder(folder, options);
  return following;
}

/** All that the writer wrote but what was there before, each once. */
async function expectAll(before = 0): Promise<void> {
  const wanted = writer.written.slice(before);
  await following?.told(wanted.length);
  expect(following?.ids.toSorted()).toEqual(wanted.toSorted());
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
  writer = new LogWriter(folder);
});

afterEach(async () => {
  await following?.stop();
  following = null;
  rmSync(folder, { recursive: true, force: true });
});

describe('a followed log', () => {
  it('is told from the end of what was there, and not what was rotated away before', async () => {
    writer.append(3);
    writer.rotateByStamp();
    writer.append(2);
    writer.compress(writer.rotateByNumber('rename'));
    writer.append(2);
    await follow();
    writer.append(3);
    await expectAll(7);
    expect(following?.news).toEqual([]);
  });

  it('waits for a half-written line’s newline, also for one that is there at the start', async () => {
    writer.append();
    writer.appendHalf();
    await follow();
    await following?.told(0);
    expect(following?.ids).toEqual([]);
    writer.finishHalf();
    writer.appendHalf(0.1);
    await following?.told(1);
    expect(following?.ids).toEqual(['event-1']);
    writer.append(2);
    await expectAll(1);
    expect(following?.rejects).toEqual([]);
  });

  it('goes on behind a line that its writer broke off and never finished', async () => {
    writer.append();
    await follow();
    appendFileSync(writer.path, '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Met');
    await following?.told(0);
    writer.append(2);
    await following?.told(2);
    expect(following?.ids).toEqual(['event-1', 'event-2']);
  });

  it('reads the rest of the file that was renamed before the new one', async () => {
    writer.append();
    await follow();
    writer.append(2);
    writer.rotateByStamp();
    writer.append(2);
    await expectAll(1);
    expect(following?.ids).toEqual(['event-1', 'event-2', 'event-3', 'event-4']);
  });

  it('stays with a file whose writer goes on with it after it was renamed', async () => {
    writer.append();
    await follow();
    const old = writer.rotateByNumber('rename');
    writeFileSync(writer.path, '');
    const before = readFileSync(old, 'utf8');
    appendFileSync(old, before.replaceAll('event-0', 'late-1'));
    await following?.told(1);
    appendFileSync(old, before.replaceAll('event-0', 'late-2'));
    await following?.told(2);
    writer.append();
    await following?.told(3);
    expect(following?.ids).toEqual(['late-1', 'late-2', 'event-1']);
  });

  it.each(['stamped', 'numbered'] as const)(
    'reads files that came and went between two looks, compressed or not: %s',
    async (how) => {
      const rotate = () => (how === 'stamped' ? writer.rotateByStamp() : writer.rotateByNumber('rename'));
      writer.append(2);
      await follow({ pollMs: 100 });
      for (let n = 0; n < 3; n++) {
        writer.append(2);
        const old = rotate();
        if (n !== 1) writer.compress(old);
      }
      writer.append();
      await expectAll(2);
      rotate();
      writer.append();
      await expectAll(2);
    },
  );

  it('reads on in the copy when the file is copied and cut short', async () => {
    writer.append(2);
    await follow({ pollMs: 60 });
    writer.append(2);
    writer.rotateByNumber('copytruncate');
    writer.append(2);
    await expectAll(2);
    writer.append(2);
    writer.compress(writer.rotateByNumber('copytruncate'));
    writer.append();
    await expectAll(2);
    expect(following?.log.findings().notes.map((note) => note.code)).toEqual(['copied-and-cut']);
    expect(following?.log.findings().gaps).toEqual([]);
  });

  it('sees that a file was cut short although it is longer again', async () => {
    writer.append(2);
    await follow({ pollMs: 60 });
    writer.append(1);
    await following?.told(1);
    writer.truncate();
    writer.append(6);
    await expectAll(2);
    // Whether it was written to before it was cut short, nobody knows.
    expect(following?.log.findings().gaps).toMatchObject([{ code: 'source-unreadable' }]);
  });

  it('does not take what a file that was cut short holds anew for what came behind what it held', async () => {
    writer.append(3);
    const real = openLocalFolder(folder, folder);
    let onChunk = (): void => {};
    following = await followFolder({
      ...real,
      file(name) {
        const file = real.file(name);
        return {
          name: file.name,
          size: (signal) => file.size(signal),
          stat: (signal) => file.stat(signal),
          readAt: (...args) => file.readAt(...args),
          async *stream(...args) {
            for await (const chunk of file.stream(...args)) {
              yield chunk;
              onChunk();
            }
          },
          close: () => file.close(),
        };
      },
    });
    await new Promise<void>((resolve) => {
      onChunk = () => {
        onChunk = () => {};
        writer.truncate();
        writer.append(8);
        resolve();
      };
    });
    await expectAll(3);
  });

  it('skips the hole that is left by cutting a file short under a writer which does not append', async () => {
    writer.append(2);
    await follow();
    writer.append(2);
    await following?.told(2);
    const size = readFileSync(writer.path).length;
    writer.truncate();
    writeFileSync(writer.path, Buffer.alloc(size));
    writer.append(2);
    await expectAll(2);
    writer.append(2);
    await expectAll(2);
    expect(following?.rejects).toEqual([]);
  });

  it('waits for a file and its folder that are not there yet, and begins at its beginning', async () => {
    rmSync(folder, { recursive: true });
    await follow();
    await following?.told(0);
    mkdirSync(folder);
    await following?.told(0);
    writer.append(2);
    await expectAll();
  });

  it('goes on when the file is removed and comes again later', async () => {
    writer.append();
    await follow();
    writer.append();
    await following?.told(1);
    rmSync(writer.path);
    await following?.told(1);
    writer.append(2);
    await expectAll(1);
  });

  it('reads to its end a file that was removed', async () => {
    writer.append();
    await follow({ pollMs: 60 });
    writer.append(2);
    rmSync(writer.path);
    writer.append(1);
    await expectAll(1);
  });

  it('follows files that bear a date from their beginning, without a live one', async () => {
    const day = (n: number) => join(folder, `audit-2026-11-2${n}.log`);
    writer.append(2);
    const [first = '', second = ''] = readFileSync(writer.path, 'utf8').split('\n');
    rmSync(writer.path);
    writeFileSync(day(1), `${first}\n`);
    await follow();
    appendFileSync(day(1), `${second}\n`);
    await following?.told(1);
    writeFileSync(day(2), `${first.replace('event-0', 'next-0')}\n`);
    await following?.told(2);
    appendFileSync(day(2), `${first.replace('event-0', 'next-1')}\n`);
    await following?.told(3);
    expect(following?.ids).toEqual(['event-1', 'next-0', 'next-1']);
  });

  const step = fc.oneof(
    { weight: 6, arbitrary: appending },
    { weight: 2, arbitrary: halfWriting },
    { weight: 2, arbitrary: puttingAside('stamp') },
    { weight: 2, arbitrary: puttingAside('number') },
    { weight: 2, arbitrary: puttingAside('copy') },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
    { weight: 3, arbitrary: looking(12) },
  );

  it('tells each event once, through any mix of writing, rotating, compressing and cutting', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(6), async (steps, before) => {
          writer.append(before);
          const there = writer.written.length;
          await follow({ pollMs: 3 });
          for (const each of steps) {
            if (each.do === 'cut') {
              // What is cut off before it was read is nowhere.
              writer.finishHalf();
              await following?.told(writer.written.length - there);
              writer.truncate();
            } else await perform(writer, each);
          }
          writer.append();
          await expectAll(there);
        })
        .beforeEach(async () => {
          await following?.stop();
          rmSync(folder, { recursive: true, force: true });
          mkdirSync(folder);
          writer = new LogWriter(folder);
        }),
      { numRuns: 150, endOnFailure: true },
    );
  });
});
