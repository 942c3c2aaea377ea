import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Book } from '../../src/alerts/book.ts';
import { ReadMarks } from '../../src/alerts/read-marks.ts';
import { SeenFindings } from '../../src/alerts/seen-findings.ts';
import { type Remembered, restoreState, StateFile } from '../../src/alerts/state.ts';
import { finding } from '../support/findings.ts';

const slack = { key: 'slack', keeps: false, least: 'info' } as const;
const NOW_US = Date.parse('2026-11-22T03:00:00Z') * 1000;

function empty(): Remembered {
  return {
    ...{ marks: new ReadMarks(), seen: new SeenFindings(), book: new Book([slack], 3_600_000) },
    ...{ beganUs: NOW_US, isPrimed: true },
  };
}

async function place(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'state-')), 'deep/er/watch.json');
}

describe('StateFile', () => {
  it('gives the next run what this one knew', async () => {
    const path = await place();
    const of = empty();
    of.book.note(finding(), 5);
    of.seen.take('key', finding(), NOW_US);
    of.marks.take({ log: 'cp-1', timesUs: [NOW_US - 5_000_000], toUs: null, readToUs: null }, NOW_US);
    await new StateFile(path, of, Date.now).keep();
    const next = { ...empty(), beganUs: 0 };
    expect(await restoreState(path, next)).toEqual(new Map());
    expect(next.beganUs).toBe(NOW_US);
    expect(next.book.records()).toEqual(of.book.records());
    expect(next.marks.resumeUs).toBe(of.marks.resumeUs);
    expect(next.seen.take('key', finding(), NOW_US)).toBe(false);
    expect(await restoreState(`${path}x`, empty())).toBeNull();
  });

  it('is for its owner alone, and leaves nothing beside it', async () => {
    const path = await place();
    const file = new StateFile(path, empty(), Date.now);
    await Promise.all([file.keep(), file.keep(), file.keep()]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(path, '..'))).toEqual(['watch.json']);
  });

  it('has on disk all that was so when it was asked to keep it, though it was writing then', async () => {
    const path = await place();
    const of = empty();
    const file = new StateFile(path, of, Date.now);
    const asked: Promise<void>[] = [];
    for (let n = 0; n < 20; n++) {
      of.book.note(finding({ user: `u${n}` }), n);
      asked.push(file.keep().then(async () => expect(await readFile(path, 'utf8')).toContain(`"u${n}"`)));
      if (n % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(asked);
  });

  it('knows what was kept without waiting for the disk, unless that is lost', async () => {
    const path = await place();
    const of = empty();
    const file = new StateFile(path, of, Date.now);
    of.book.note(finding(), 5);
    await file.keep();
    of.book.settle('slack', [...of.book.due('slack', () => true)], 6);
    await file.keep(false);
    const next = empty();
    await restoreState(path, next);
    expect(next.book.owedTo('slack')).toBe(0);
    await writeFile(`${path}.recent`, '{"kind":"Wat');
    const late = empty();
    await restoreState(path, late);
    expect(late.book.owedTo('slack')).toBe(1);
  });

  it('refuses to undo what another watch wrote', async () => {
    const path = await place();
    const [one, two] = [new StateFile(path, empty(), Date.now), new StateFile(path, empty(), Date.now)];
    await one.keep();
    await two.keep();
    await expect(one.keep()).rejects.toMatchObject({ code: 'AUDIT_BAD_STATE' });
  });

  it('holds no more of what was seen than can be read again', async () => {
    const path = await place();
    const of = empty();
    const old = finding({ last: '2026-11-22T01:00:00Z' });
    of.seen.take('old', old, NOW_US);
    of.seen.take('new', finding({ last: '2026-11-22T02:58:00Z' }), NOW_US);
    of.marks.take({ log: 'a', timesUs: [NOW_US], toUs: null, readToUs: null }, NOW_US);
    await new StateFile(path, of, Date.now).keep();
    expect(JSON.parse(await readFile(path, 'utf8')).seen).toHaveLength(1);
  });

  it('refuses what is no state, and what others can write', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'state-')), 'watch.json');
    await writeFile(path, '{"kind":"WatchState","version":2}', { mode: 0o600 });
    await expect(restoreState(path, empty())).rejects.toThrow('is no state of watch, or of another version');
    await chmod(path, 0o666);
    await expect(restoreState(path, empty())).rejects.toThrow('can be written by others');
  });
});

describe('ReadMarks', () => {
  const minute = 60_000_000;
  const mark = (marks: ReadMarks, log: string, ...timesUs: number[]) =>
    marks.take({ log, timesUs, toUs: null, readToUs: null }, NOW_US);

  it('goes on from a little before the log that is furthest behind', () => {
    const marks = new ReadMarks();
    expect(marks.resumeUs).toBeNull();
    mark(marks, 'a', NOW_US - minute, NOW_US);
    mark(marks, 'b', NOW_US - 20 * minute);
    expect(marks.resumeUs).toBe(NOW_US - 25 * minute);
  });

  it('goes back as far as events were seen to stand out of order', () => {
    const marks = new ReadMarks();
    mark(marks, 'a', NOW_US, NOW_US - 7 * minute, NOW_US - minute);
    expect(marks.resumeUs).toBe(NOW_US - 12 * minute);
  });

  it('is not carried past what is still to come by a clock that is ahead', () => {
    const marks = new ReadMarks();
    mark(marks, 'a', NOW_US + 1e12);
    expect(marks.resumeUs).toBe(NOW_US - 5 * minute);
  });

  it('waits no longer than a day for a log that nothing comes of', () => {
    const marks = new ReadMarks();
    mark(marks, 'gone', NOW_US - 90 * 24 * 60 * minute);
    mark(marks, 'a', NOW_US);
    expect(marks.resumeUs).toBe(NOW_US - 24 * 60 * minute - 5 * minute);
  });

  it('takes what was passed over for read', () => {
    const marks = new ReadMarks();
    marks.take({ log: 'a', timesUs: [], toUs: NOW_US - minute, readToUs: null }, NOW_US);
    expect(marks.resumeUs).toBe(NOW_US - 6 * minute);
  });

  it('believes a source that says how far it is more than its events', () => {
    const marks = new ReadMarks();
    marks.take({ log: 'store', timesUs: [], toUs: null, readToUs: NOW_US - 30 * minute }, NOW_US);
    mark(marks, 'store', NOW_US);
    expect(marks.resumeUs).toBe(NOW_US - 35 * minute);
    const next = new ReadMarks();
    next.restore(marks.record());
    mark(next, 'store', NOW_US);
    expect(next.resumeUs).toBe(marks.resumeUs);
  });

  it('says what it said when it was held, until it is released', () => {
    const marks = new ReadMarks();
    mark(marks, 'a', NOW_US - 60 * minute);
    const before = marks.resumeUs;
    marks.hold();
    mark(marks, 'a', NOW_US);
    expect([marks.resumeUs, marks.record().logs.a]).toEqual([before, NOW_US - 60 * minute]);
    marks.release();
    expect(marks.resumeUs).toBe(NOW_US - 5 * minute);
  });
});
