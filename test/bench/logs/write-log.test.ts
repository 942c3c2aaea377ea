import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLog } from './write-log.ts';

const BYTES = 12_000_000;

interface Event {
  readonly auditID: string;
  readonly stage: string;
  readonly level: string;
  readonly verb: string;
  readonly stageTimestamp: string;
  readonly objectRef?: { readonly name?: string; readonly namespace?: string };
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(seed: number, hasBodies: boolean): string {
  const path = join(folder, `${seed}-${hasBodies}.log`);
  writeLog(path, { bytes: BYTES, seed, hasBodies });
  return readFileSync(path, 'utf8');
}

describe('the log of the benchmark', () => {
  it('is the same bytes for the same seed, on every machine', () => {
    const digest = createHash('sha256').update(written(1, true)).digest('hex');
    expect(digest.slice(0, 16)).toMatchInlineSnapshot(`"a2545c2fce0bafe8"`);
    expect(written(2, true)).not.toBe(written(1, true));
  });

  it('is a busy cluster’s: events of 1 to 20 kB, in order of their stages, few of them with bodies', () => {
    const lines = written(1, true).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as Event);
    const sizes = lines.map((line) => line.length);
    expect(sizes.reduce((sum, size) => sum + size, 0) / lines.length).toBeGreaterThan(2_000);
    expect(Math.max(...sizes)).toBeGreaterThan(12_000);
    const times = events.map(({ stageTimestamp }) => stageTimestamp);
    expect(times).toEqual(times.toSorted());
    const bodied = events.filter(({ level }) => level === 'RequestResponse').length / events.length;
    expect(bodied).toBeGreaterThan(0.1);
    expect(bodied).toBeLessThan(0.5);
    // A watch is told when it starts and when it ends.
    expect(new Set(events.map(({ auditID }) => auditID)).size).toBeLessThan(events.length);
    expect(lines.every((line) => !/[<>&]/.test(line))).toBe(true);
  });

  it('holds what is asked for, and much that looks like it', () => {
    const events = written(1, true)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    const apis = events.filter(({ objectRef }) => objectRef?.name === 'api');
    const ofProd = apis.filter(({ objectRef }) => objectRef?.namespace === 'prod');
    expect(ofProd.some(({ verb }) => verb === 'create')).toBe(true);
    expect(apis.length).toBeGreaterThan(ofProd.length);
  });

  it('has no bodies where the policy asks for none', () => {
    const text = written(1, false);
    expect(text).not.toMatch(/"requestObject"|"responseObject"|"RequestResponse"/);
  });
});
