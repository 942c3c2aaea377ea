/** The timelines of the sample logs, against what was done (actions.tsv) and what is known of it (FACTS.md). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TimelineRow } from '../../../src/questions/timeline/timeline-row.ts';
import { type Json, readLog, withoutBodies } from '../cause-chain/chain-support.ts';
import { timelineFrom, timelineOf } from './timeline-support.ts';

interface Action {
  readonly step: string;
  readonly who: string;
  /** Of its requests, in order: `audit ID code`. */
  readonly requests: readonly string[];
}

const SAMPLES = [
  ['shop', 'test/fixtures/shop', ['audit.log']],
  ['two-servers', 'test/fixtures/two-servers', ['cp-1/audit.log', 'cp-2/audit.log']],
] as const;

function actionsOf(folder: string): readonly Action[] {
  const lines = readFileSync(`${folder}/actions.tsv`, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [step = '', , who = '', , , , , requests = ''] = line.split('\t');
    const each = requests.split(';').filter(Boolean);
    return { step, who, requests: each.map((text) => /(\d+ \S+)$/.exec(text)?.[1] ?? '') };
  });
}

function logsOf(folder: string, files: readonly string[]) {
  return files.map((file) => readLog(`${folder}/${file}`));
}

/** `code ID` of every outcome. */
function loggedIn(events: readonly Json[]): ReadonlySet<string> {
  return new Set(
    events.map((event) => {
      const status = event.responseStatus as { code?: number } | undefined;
      return `${status?.code} ${event.auditID}`;
    }),
  );
}

const idOf = (row: TimelineRow) => `${row.result?.code} ${row.auditID}`;

describe.each(SAMPLES)('the timeline of %s', (_name, folder, files) => {
  const logs = logsOf(folder, files);
  const logged = loggedIn(logs.flatMap(({ events }) => events));
  const actions = actionsOf(folder);

  it('has each step that the policy logs once, in order', async () => {
    const { rows } = await timelineOf('', { file: files.map((file) => `${folder}/${file}`) });
    const ids = rows.map(idOf);
    const isRow = (id: string) =>
      logged.has(id) &&
      !isDiscovery(
        logs.flatMap(({ events }) => events),
        id,
      );
    const steps = actions
      .map((action) => ({ ...action, requests: action.requests.filter(isRow) }))
      .filter(({ requests }) => requests.length > 0);
    expect(steps.length).toBeGreaterThan(folder.endsWith('shop') ? 120 : 30);
    for (const { step, requests } of steps)
      for (const id of requests)
        expect(
          ids.filter((each) => each === id),
          `step ${step}: ${id}`,
        ).toHaveLength(1);
    const order = steps.flatMap(({ requests }) => requests.map((id) => ids.indexOf(id)));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('has each row under what set it off, and never above it', async () => {
    const { rows } = await timelineOf('', { file: files.map((file) => `${folder}/${file}`) });
    for (const [n, row] of rows.entries()) {
      if (row.parent === null) {
        expect(row.depth).toBe(0);
        continue;
      }
      const parent = rows.findLastIndex((above, m) => m < n && above.auditID === row.parent);
      expect(parent, row.text).toBeGreaterThanOrEqual(0);
      expect(rows[parent]?.depth, row.text).toBe(row.depth - 1);
    }
  });

  it.each([true, false])('has pod deletions under whoever set them off (bodies: %s)', async (hasBodies) => {
    const events = (hasBodies ? logs : logs.map(withoutBodies)).flatMap((log) => log.events);
    const { rows } = await timelineFrom(events, {}, { order: 'none', seed: 7 });
    const rowOf = (id: string) => rows.find(({ auditID }) => auditID?.startsWith(id) === true);
    const known = completions(folder);
    expect(known.length).toBe(folder.endsWith('shop') ? 15 : 8);
    for (const { pod, final, completes, because } of known) {
      expect(rowOf(final)?.parent, pod).toMatch(new RegExp(`^${completes}`));
      const above: string[] = [];
      for (let row = rowOf(final); row !== undefined; row = rowOf(row.parent ?? 'none'))
        above.push(row.auditID?.slice(0, 8) ?? '');
      expect(above, pod).toContain(because);
    }
  });

  it('has what people did by themselves at the left', async () => {
    const { rows } = await timelineOf('', { file: files.map((file) => `${folder}/${file}`) });
    const people = rows.filter(({ who }) => who?.kind === 'person' && who.as === null);
    expect(people.length).toBeGreaterThan(30);
    const under = people.filter(({ depth }) => depth > 0);
    // alice took away the finalizer that held what bob had deleted before.
    const release = folder.endsWith('shop') ? ['alice: shop/cm/pinned changed (done 200)'] : [];
    expect(under.map(({ text }) => text)).toEqual(release);
  });

  it('is the same in whatever order the log is read', async () => {
    const events = logs.flatMap((log) => log.events);
    const first = await timelineFrom(events, {}, { order: 'newest', seed: 1 });
    for (const seed of [2, 3]) {
      const { rows } = await timelineFrom(events, {}, { order: 'none', seed });
      expect(rows).toEqual(first.rows);
    }
  });
});

/** Look-ups of types are nothing that anybody did. */
function isDiscovery(events: readonly Json[], id: string): boolean {
  const event = events.find((each) => id.endsWith(String(each.auditID)));
  return (
    event?.objectRef === undefined &&
    /^\/apis?(?:\/|\?|$)/.test(String(event?.requestURI)) &&
    id.startsWith('2')
  );
}

/** The rows of "Pod deletions completed by the kubelet"; beginnings of audit IDs. */
function completions(folder: string) {
  const rows = readFileSync(`${folder}/FACTS.md`, 'utf8').matchAll(
    /^\| \w+\/(\S+) \| \S+ (\w{8}) \| .* (\w{8})(?: \(action \d+\))? \| (?:itself|.* (\w{8}) \(action \d+\)) \|$/gm,
  );
  return [...rows].map(([, pod = '', final = '', completes = '', because = completes]) => ({
    ...{ pod, final, completes, because },
  }));
}

describe('the timeline of an object', () => {
  const flags = { file: ['test/fixtures/shop/audit.log'], namespace: 'shop' };

  it('has its children of all its lives, and none of another owner', async () => {
    const { rows } = await timelineOf('deploy/web', flags);
    const names = new Set(rows.map(({ object }) => `${object?.resource}/${object?.name}`));
    expect([...names].filter((name) => !/\/web(?:-|$)/.test(name))).toEqual([]);
    const pods = new Set([...names].filter((name) => name.startsWith('pods/')));
    const log = readLog('test/fixtures/shop/audit.log').events as readonly {
      objectRef?: { resource?: string; name?: string };
    }[];
    const inLog = log.flatMap(({ objectRef }) =>
      objectRef?.resource === 'pods' && objectRef.name?.startsWith('web-') === true
        ? [`pods/${objectRef.name}`]
        : [],
    );
    expect(pods).toEqual(new Set(inLog));
  });

  it('of a pod has what befell its owners, and not its siblings', async () => {
    const { rows } = await timelineOf('pod/web-984fbbcf5-spnqg', flags);
    // Lists of pods may have shown it: the log does not hold what was in them.
    const named = rows.filter(({ did }) => did?.verb !== 'list' && did?.verb !== 'watch');
    const names = new Set(named.map(({ object }) => object?.name));
    expect(names).toEqual(new Set(['web', 'web-984fbbcf5', 'web-984fbbcf5-spnqg']));
    const last = rows.findLast(({ object }) => object?.name === 'web-984fbbcf5-spnqg');
    expect(last).toMatchObject({ depth: 3, link: 'proven', auditID: expect.stringMatching(/^35025647/) });
  });
});
