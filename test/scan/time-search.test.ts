/** Property tests of the search by time: whatever the log, nothing that belongs to the window is cut off. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMicros } from '../../src/event/micros.ts';
import type { ByteSource } from '../../src/io.ts';
import { LEAST_SLACK_US, RESOLUTION_BYTES, searchEnd, searchStart } from '../../src/scan/time-search.ts';

const { signal } = new AbortController();
const START_US = Date.parse('2026-11-22T10:00:00Z') * 1000;

interface Line {
  readonly us: number;
  readonly start: number;
  readonly end: number;
}

interface CountingSource extends ByteSource {
  readonly bytesRead: () => number;
  readonly reads: () => number;
}

/** Lines of the API server's form at these times; `filler`: bytes of body for each. */
function logOf(times: readonly number[], filler: (n: number) => number): { bytes: Buffer; lines: Line[] } {
  const parts: string[] = [];
  const lines: Line[] = [];
  let at = 0;
  times.forEach((us, n) => {
    const body = 'x'.repeat(filler(n));
    const text = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"${n}","requestObject":{"stageTimestamp":"2020-01-01T00:00:00.000000Z","a":"\\"stageTimestamp\\":\\"${body}"},"requestReceivedTimestamp":"${formatMicros(us)}","stageTimestamp":"${formatMicros(us)}","annotations":{"a":"b"}}\n`;
    parts.push(text);
    lines.push({ us, start: at, end: at + text.length });
    at += text.length;
  });
  return { bytes: Buffer.from(parts.join('')), lines };
}

function sourceOf(bytes: Buffer): CountingSource {
  let bytesRead = 0;
  let reads = 0;
  return {
    name: 'log',
    size: async () => bytes.length,
    readAt: async (offset, length) => {
      const chunk = bytes.subarray(offset, offset + length);
      bytesRead += chunk.length;
      reads++;
      return chunk;
    },
    close: async () => {},
    bytesRead: () => bytesRead,
    reads: () => reads,
  };
}

const whole = (bytes: Buffer) => ({ from: 0, to: bytes.length });

/** A log of 2,000 to 6,000 lines: steps between them, disorder within a bound, some lines longer than any probe. */
const aLog = fc
  .record({
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    lines: fc.integer({ min: 2000, max: 6000 }),
    stepUs: fc.constantFrom(50, 1000, 20_000, 500_000),
    bursts: fc.boolean(),
    disorderUs: fc.constantFrom(0, 2600, 200_000, LEAST_SLACK_US),
    longLines: fc.constantFrom(0, 3, 40),
  })
  .map(({ seed, lines, stepUs, bursts, disorderUs, longLines }) => {
    const random = randomFrom(seed);
    let us = START_US;
    const times = Array.from({ length: lines }, () => {
      us += Math.floor(random() * stepUs * (bursts && random() < 0.01 ? 2000 : 1));
      return us + Math.floor(random() * disorderUs);
    });
    const longOnes = new Set(Array.from({ length: longLines }, () => Math.floor(random() * lines)));
    return { times, ...logOf(times, (n) => (longOnes.has(n) ? 150_000 : Math.floor(random() * 1500))) };
  });

/** Evenly: what fast-check takes for a double is next to nothing as a rule. */
const aShare = fc.integer({ min: -100, max: 1100 }).map((share) => share / 1000);

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('searching a log by time', () => {
  it('cuts off nothing from the moment on, and hardly more before it than the slack holds', async () => {
    await fc.assert(
      fc.asyncProperty(aLog, aShare, async (log, share) => {
        const atUs = momentIn(log.times, share);
        const source = sourceOf(log.bytes);
        const { offset, slackUs, why } = await searchStart(source, whole(log.bytes), atUs, signal);
        expect(why).toBeNull();
        expect(offset === 0 || log.bytes[offset - 1] === 0x0a).toBe(true);
        expect(log.lines.filter((line) => line.us >= atUs && line.start < offset)).toEqual([]);
        const needless = log.lines
          .filter((line) => line.start >= offset && line.us < atUs - 2 * slackUs)
          .reduce((sum, line) => sum + line.end - line.start, 0);
        const longest = Math.max(...log.lines.map((line) => line.end - line.start));
        expect(needless).toBeLessThanOrEqual(RESOLUTION_BYTES + longest);
      }),
      { numRuns: 150 },
    );
  });

  it('cuts off nothing up to the moment, and hardly more behind it than the slack holds', async () => {
    await fc.assert(
      fc.asyncProperty(aLog, aShare, async (log, share) => {
        const atUs = momentIn(log.times, share);
        const { offset, slackUs } = await searchEnd(sourceOf(log.bytes), whole(log.bytes), atUs, signal);
        expect(offset === 0 || log.bytes[offset - 1] === 0x0a).toBe(true);
        expect(log.lines.filter((line) => line.us <= atUs && line.end > offset)).toEqual([]);
        const needless = log.lines
          .filter((line) => line.end <= offset && line.us > atUs + 2 * slackUs)
          .reduce((sum, line) => sum + line.end - line.start, 0);
        const longest = Math.max(...log.lines.map((line) => line.end - line.start));
        expect(needless).toBeLessThanOrEqual(RESOLUTION_BYTES + 2 * longest);
      }),
      { numRuns: 150 },
    );
  });

  it('reads little: 64 MB of log cost a few hundred KB', async () => {
    const times = Array.from({ length: 60_000 }, (_, n) => START_US + n * 1_440_000);
    const { bytes } = logOf(times, () => 800);
    for (const share of [0.001, 0.2, 0.5, 0.93, 0.9999]) {
      const source = sourceOf(bytes);
      await searchStart(source, whole(bytes), momentIn(times, share), signal);
      expect([share, source.bytesRead() < 400_000, source.reads() < 20]).toEqual([share, true, true]);
    }
  });

  it('reads a line that is longer than every probe at most once', async () => {
    const times = Array.from({ length: 3 }, (_, n) => START_US + n * 60_000_000);
    const { bytes, lines } = logOf(times, (n) => (n === 1 ? 12_000_000 : 700_000));
    const source = sourceOf(bytes);
    const { offset } = await searchStart(source, whole(bytes), START_US + 30_000_000, signal);
    expect(offset).toBeLessThanOrEqual(lines[1]?.start ?? 0);
    expect(source.bytesRead()).toBeLessThan(bytes.length + 100_000);
  });

  it('narrows nothing where disorder has no bound', async () => {
    const random = randomFrom(7);
    const times = Array.from({ length: 5000 }, () => START_US + Math.floor(random() * 86_400_000_000));
    const { bytes } = logOf(times, () => 500);
    expect(await searchStart(sourceOf(bytes), whole(bytes), START_US + 43_200_000_000, signal)).toMatchObject(
      { offset: 0, why: 'no order' },
    );
    expect(await searchEnd(sourceOf(bytes), whole(bytes), START_US + 43_200_000_000, signal)).toMatchObject({
      offset: bytes.length,
      why: 'no order',
    });
  });

  it('widens its slack by the disorder that it meets', async () => {
    const random = randomFrom(11);
    const disorderUs = 8_000_000;
    const times = Array.from(
      { length: 8000 },
      (_, n) => START_US + n * 1_000_000 + Math.floor(random() * disorderUs),
    );
    const { bytes, lines } = logOf(times, () => 300);
    for (const share of [0.1, 0.33, 0.5, 0.8]) {
      const atUs = momentIn(times, share);
      const { offset, slackUs, why } = await searchStart(sourceOf(bytes), whole(bytes), atUs, signal);
      expect(why).toBeNull();
      expect(slackUs).toBeGreaterThan(disorderUs);
      expect(lines.filter((line) => line.us >= atUs && line.start < offset)).toEqual([]);
    }
  });

  it('narrows nothing where no line has a time', async () => {
    const bytes = Buffer.from(
      'I1122 10:00:00.000000 1 server.go:1] a line of the server itself\n'.repeat(90_000),
    );
    expect(await searchStart(sourceOf(bytes), whole(bytes), START_US, signal)).toMatchObject({
      offset: 0,
      why: 'no times',
    });
  });

  it('finds its way among lines without a time', async () => {
    const times = Array.from({ length: 6000 }, (_, n) => START_US + n * 1_000_000);
    const { bytes: plain } = logOf(times, () => 300);
    const mixed = Buffer.from(
      plain
        .toString()
        .split('\n')
        .map((line) => `I1122 10:00:00.000000 1 server.go:1] other\n2026-11-22T10:00:00.1Z stdout F ${line}`)
        .join('\n'),
    );
    const { offset, why } = await searchStart(
      sourceOf(mixed),
      whole(mixed),
      START_US + 3_000_000_000,
      signal,
    );
    expect(why).toBeNull();
    expect(offset).toBeGreaterThan(mixed.length / 2 - RESOLUTION_BYTES * 2);
    expect(offset).toBeLessThan(mixed.length / 2);
  });

  it('stays within the stretch it is given', async () => {
    const times = Array.from({ length: 6000 }, (_, n) => START_US + n * 1_000_000);
    const { bytes, lines } = logOf(times, () => 300);
    const stretch = { from: lines[2000]?.start ?? 0, to: lines[4000]?.start ?? 0 };
    expect((await searchStart(sourceOf(bytes), stretch, START_US, signal)).offset).toBe(stretch.from);
    expect((await searchEnd(sourceOf(bytes), stretch, START_US + 9e9, signal)).offset).toBe(stretch.to);
  });
});

/** At a share of the log's span; a little outside of it too. */
function momentIn(times: readonly number[], share: number): number {
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? 0;
  return Math.floor(first + (last - first) * share);
}
