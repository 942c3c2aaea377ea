/** The file source and windows: whatever the log, nothing of the window is missed; of a log in order, little else is read. */
import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/event/event.ts';
import { formatMicros } from '../../src/event/micros.ts';
import { all, equals, type Predicate } from '../../src/query/predicate.ts';
import type { Query, Window } from '../../src/query/query.ts';
import { openSource } from '../../src/sources/registry.ts';
import type { Findings, Source } from '../../src/sources/source.ts';
import { line } from '../scan/scan-text.ts';
import { decodeJson } from '../support/decode-json.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { requestsOf } from '../support/memory-source.ts';
import { whoDid } from '../support/run-command.ts';
import { type Random, seededRandom } from '../support/seeded-random.ts';
import { aQuery } from '../support/source-cases.ts';

const START_US = Date.parse('2026-11-22T10:00:00Z') * 1000;
const SECOND_US = 1_000_000;
const MIB = 1024 * 1024;
const { signal } = new AbortController();

/** None of these can last. */
const DELETIONS: Predicate = all(equals('verb', 'delete'), equals('objectRef.resource', 'pods'), {
  kind: 'absent',
  field: 'objectRef.subresource',
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-audit-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Read {
  readonly events: AuditEvent[];
  readonly ids: string[];
  /** Events that were looked at, handed out or not. */
  readonly seen: number;
  readonly bytes: number;
  readonly findings: Findings;
  readonly notes: string[];
  readonly explain: readonly string[];
  readonly estimate: number | null;
}

function open(...patterns: readonly string[]): Promise<Source> {
  return openSource('file', { patterns, maxBytes: null }, { ...fixedIo(), cwd: folder });
}

async function read(
  window: Window,
  { predicate = DELETIONS, name = 'audit.log', before = async () => {} }: Asked = {},
): Promise<Read> {
  const source = await open(name);
  const plan = await source.plan(aQuery({ window, predicate }), signal);
  await before();
  const events: AuditEvent[] = [];
  let [bytes, passed] = [0, 0];
  for await (const batch of source.read(plan, signal)) {
    events.push(...batch.events);
    passed += batch.passedOver.events;
    bytes += batch.passedOver.bytes;
  }
  const findings = source.findings();
  return {
    events,
    ids: events.map((event) => event.auditID),
    seen: events.length + passed,
    bytes,
    findings,
    notes: findings.notes.map((note) => note.code),
    explain: await plan.explain(),
    estimate: plan.estimate.bytes,
  };
}

interface Asked {
  readonly predicate?: Predicate;
  readonly name?: string;
  /** Between planning and reading. */
  readonly before?: () => Promise<void>;
}

async function put(name: string, content: string | Uint8Array): Promise<void> {
  await writeFile(join(folder, name), content);
}

/** `count` deletions, one every second; auditIDs are `e` and a number. */
function deletions(count: number, filler = 400, fromUs = START_US, prefix = 'e'): string {
  return Array.from({ length: count }, (_, n) => {
    const at = formatMicros(fromUs + n * SECOND_US);
    const responseObject = { data: 'x'.repeat(filler) };
    return `${line(`${prefix}${n}`, { requestReceivedTimestamp: at, stageTimestamp: at, responseObject })}\n`;
  }).join('');
}

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `e${from + n}`);

function missing(found: readonly string[], wanted: readonly string[]): string[] {
  const known = new Set(found);
  return wanted.filter((id) => !known.has(id));
}

const since = (second: number, until: number | null = null): Window => ({
  sinceUs: START_US + second * SECOND_US,
  untilUs: until === null ? null : START_US + until * SECOND_US,
});

interface RandomLog {
  readonly text: string;
  readonly jsons: readonly Record<string, unknown>[];
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Requests of one or two stages, in the order of their stages but for the disorder; garbage and very long lines in between. */
function randomLog(of: LogShape): RandomLog {
  const random = seededRandom(of.seed);
  const written: { readonly at: number; readonly json: Record<string, unknown> }[] = [];
  let us = START_US;
  for (let n = 0; n < of.requests; n++) {
    us += random(of.stepUs) * (of.bursts && random(100) === 0 ? 1000 : 1);
    const tookUs = random(10) === 0 ? random(59 * SECOND_US) : random(20_000);
    const has = { ...requestJson(n, random), requestReceivedTimestamp: formatMicros(us) };
    if (random(3) === 0) written.push({ at: us, json: { ...has, ...stage('RequestReceived', us) } });
    written.push({ at: us + tookUs, json: { ...has, ...stage('ResponseComplete', us + tookUs) } });
  }
  const placed = written.map((each) => ({ ...each, place: each.at + random(of.disorderUs + 1) }));
  placed.sort((a, b) => a.place - b.place);
  const longOnes = new Set(Array.from({ length: of.longLines }, () => random(placed.length)));
  const jsons = placed.map(({ json }, n) => ({
    ...json,
    requestObject: { data: 'x'.repeat(longOnes.has(n) ? 500_000 + random(2_500_000) : random(2000)) },
  }));
  const text = jsons.map((json) => `${garbage(random, of)}${line('', json)}\n`).join('');
  return { text, jsons, firstUs: START_US, lastUs: us };
}

interface LogShape {
  readonly seed: number;
  readonly requests: number;
  readonly stepUs: number;
  readonly bursts: boolean;
  readonly disorderUs: number;
  readonly longLines: number;
  readonly garbage: boolean;
}

const aShape: fc.Arbitrary<LogShape> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  requests: fc.integer({ min: 300, max: 2000 }),
  stepUs: fc.constantFrom(50, 20_000, 500_000, 20_000_000),
  bursts: fc.boolean(),
  disorderUs: fc.constantFrom(0, 2600, 200_000, SECOND_US, 8 * SECOND_US),
  longLines: fc.constantFrom(0, 0, 1, 3),
  garbage: fc.boolean(),
});

function stage(name: string, us: number): Record<string, unknown> {
  return { stage: name, stageTimestamp: formatMicros(us) };
}

function requestJson(n: number, random: Random): Record<string, unknown> {
  const verb = ['delete', 'create', 'get', 'patch'][random(4)];
  return { auditID: `r${n}`, verb, requestURI: `/api/v1/namespaces/prod/pods/p${n}` };
}

function garbage(random: Random, of: LogShape): string {
  if (!of.garbage || random(10) > 0) return '';
  const texts = [
    'I1122 10:00:00.000000 1 server.go:1] says',
    '',
    '}',
    'caf\u{e9} "stageTimestamp":"',
    '2026',
  ];
  return `${texts[random(texts.length)]}\n`;
}

/** At a share of the log's span; a little outside of it too. */
const aShare = fc.option(
  fc.integer({ min: -100, max: 1100 }).map((share) => share / 1000),
  { nil: null, freq: 3 },
);

function momentIn({ firstUs, lastUs }: RandomLog, share: number | null): number | null {
  return share === null ? null : Math.floor(firstUs + (lastUs - firstUs) * share);
}

function keysOf(events: readonly AuditEvent[], query: Query): string[] {
  return requestsOf(events, query)
    .map((request) => `${request.key} ${request.event.stage}`)
    .sort();
}

describe('a window on a file', () => {
  it('misses nothing of a log in order to within a bound, whatever its lines', async () => {
    let narrowed = 0;
    await fc.assert(
      fc.asyncProperty(aShape, aShare, aShare, async (shape, a, b) => {
        const log = randomLog(shape);
        await put('audit.log', log.text);
        const [one, other] = [momentIn(log, a), momentIn(log, b)];
        const isSwapped = one !== null && other !== null && one > other;
        const window = { sinceUs: isSwapped ? other : one, untilUs: isSwapped ? one : other };
        const query = aQuery({ window, predicate: DELETIONS });
        const found = await read(window);
        expect(keysOf(found.events, query)).toEqual(keysOf(log.jsons.map(jsonEvent), query));
        expect(found.findings.gaps).toEqual([]);
        if (found.explain[0]?.includes('found by looking') === true) narrowed++;
      }),
      { numRuns: 50 },
    );
    expect(narrowed).toBeGreaterThan(3);
  });

  it('knows a log by its other parts, where what is read of it holds no event', async () => {
    await put('audit.log', `says\n${deletions(5000)}`);
    const { ids: found, findings } = await read({ sinceUs: null, untilUs: START_US - 3600 * SECOND_US });
    expect([found, findings.gaps]).toEqual([[], []]);
    await put('other.log', 'says\n'.repeat(500_000));
    const other = read({ sinceUs: null, untilUs: START_US }, { name: 'other.log' });
    await expect(other).rejects.toThrow('"other.log" holds no audit event; it is text');
  });

  it('reads all of a log in no order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
        const random = seededRandom(seed);
        const lines = deletions(1500).trimEnd().split('\n');
        for (let n = lines.length - 1; n > 0; n--) {
          const other = random(n + 1);
          [lines[n], lines[other]] = [lines[other] ?? '', lines[n] ?? ''];
        }
        await put('audit.log', `${lines.join('\n')}\n`);
        const { seen, explain } = await read(since(700, 800));
        expect(seen).toBe(1500);
        expect(explain[0]).toMatch(/^read all of audit\.log .*: its lines are in no order of time$/);
      }),
      { numRuns: 15 },
    );
  });

  it('reads all of what was put together out of several logs', async () => {
    const parts = ['a', 'b', 'c'].map((prefix) => deletions(4000, 400, START_US, prefix));
    for (const text of [parts.join(''), `${parts[0]}${deletions(400, 400, START_US, 'late')}`]) {
      await put('audit.log', text);
      const { seen } = await read(since(3900));
      expect(seen).toBe(text.split('\n').length - 1);
    }
  });

  it('reads no more than the window and 2 MiB', async () => {
    const text = deletions(40_000);
    await put('audit.log', text);
    const lineBytes = text.length / 40_000;
    for (const seconds of [0, 10, 3000]) {
      const { ids: found, bytes, findings, estimate } = await read(since(40_000 - seconds));
      expect(missing(found, ids(40_000 - seconds, 40_000))).toEqual([]);
      expect([seconds, bytes <= seconds * lineBytes + 2 * MIB]).toEqual([seconds, true]);
      expect(bytes - (estimate ?? 0)).toBeLessThan(MIB);
      expect(findings).toMatchObject({ gaps: [], holdsEarlier: ['audit.log'] });
    }
    const inside = await read(since(1000, 1100));
    expect(missing(inside.ids, ids(1000, 1100))).toEqual([]);
    expect(inside.bytes).toBeLessThan((100 + 601) * lineBytes + 2 * MIB);
  });

  it('says which part of the file that is', async () => {
    await put('audit.log', deletions(20_000));
    const { explain } = await read(since(19_000));
    expect(explain[0]).toMatch(
      /^read 1\.\d MB of audit\.log \(\d+ MB\): from 2026-11-22T15:16:40Z to its end, found by looking at a few places of it$/,
    );
  });

  it('takes what is behind the window where the request asked about may last', async () => {
    await put('audit.log', deletions(20_000));
    const execs = equals('objectRef.subresource', 'exec');
    const { bytes, notes } = await read(since(1000, 1100), { predicate: execs });
    expect(bytes).toBeGreaterThan(19_000 * 900);
    expect(notes).toContain('still-running');
    const refused = all(equals('verb', 'watch'), equals('responseStatus.code', '403'));
    expect((await read(since(19_000), { predicate: refused })).notes).toEqual([]);
  });

  it('looks at no more than a place of a file that lies outside', async () => {
    await put('audit.log.2', deletions(5000));
    await put('audit.log.1', deletions(5000, 400, START_US + 5000 * SECOND_US, 'f'));
    await put('audit.log', deletions(5000, 400, START_US + 10_000 * SECOND_US, 'g'));
    const newest = await read(since(12_000), { name: 'audit.log*' });
    expect(newest.ids.every((id) => id.startsWith('g'))).toBe(true);
    expect(newest.explain.filter((each) => /^leave .*before the window$/.test(each))).toHaveLength(2);
    expect(newest.findings).toMatchObject({ gaps: [], holdsEarlier: ['audit.log'] });
    expect(newest.notes).toEqual(['older-files']);
    const oldest = await read(since(1000, 1100), { name: 'audit.log*' });
    expect(oldest.ids.every((id) => id.startsWith('e'))).toBe(true);
    expect(oldest.explain.filter((each) => /^leave .*after the window$/.test(each))).toHaveLength(1);
    expect(oldest.bytes).toBeLessThan(2.5 * MIB);
  });

  it('reads an archive whole', async () => {
    const packed = gzipSync(deletions(5000));
    await put('audit.log.1.gz', packed);
    const { bytes, seen } = await read(since(4990), { name: 'audit.log.1.gz' });
    expect([bytes, seen]).toEqual([packed.length, 5000]);
  });

  it.each<readonly [string, (each: string) => string]>([
    ['with a prefix of the container runtime', (each) => `2026-11-22T10:00:00.1Z stdout F ${each}`],
    ['as text within records', (each) => JSON.stringify({ log: `${each}\n`, stream: 'stdout' })],
    ['within records', (each) => `{"host":"cp-1","audit":${each}}`],
    ['in a list', (each) => `${each},`],
  ])('reads all of what is kept in another form: events %s', async (form, wrapped) => {
    const lines = deletions(2000).trimEnd().split('\n').map(wrapped);
    const text = form === 'in a list' ? `[\n${lines.join('\n').slice(0, -1)}\n]\n` : `${lines.join('\n')}\n`;
    await put('audit.log', text);
    const { seen, explain } = await read(since(1900));
    expect(seen).toBe(2000);
    expect(explain[0]).toMatch(
      /^read all of audit\.log .*: its lines (?:are not as the API server writes them|have no times to go by)$/,
    );
  });
});

describe('a file that is written to', () => {
  it('is read to its end as it is when it is read, though nothing lay in the window before', async () => {
    await put('audit.log', deletions(5000));
    const fresh = deletions(3, 10, START_US + 9000 * SECOND_US, 'new');
    const { ids: found, notes } = await read(since(8000), {
      before: () => appendFile(join(folder, 'audit.log'), fresh),
    });
    expect(found).toEqual(['new0', 'new1', 'new2']);
    expect(notes).toEqual([]);
    expect(await read(since(99_000))).toMatchObject({ ids: [], notes: [], findings: { gaps: [] } });
  });

  it('may end in half a line', async () => {
    const half = deletions(1, 400, START_US + 7000 * SECOND_US, 'half');
    await put('audit.log', `${deletions(5000)}${half.slice(0, 700)}`);
    const { ids: found, findings } = await read(since(4990));
    expect(missing(found, ids(4990, 5000))).toEqual([]);
    expect(findings.gaps).toEqual([]);
    const late = await read(since(6000), {
      before: () => appendFile(join(folder, 'audit.log'), half.slice(700)),
    });
    expect(late.ids).toEqual(['half0']);
  });

  it('is a gap when it was cut short since', async () => {
    await put('audit.log', deletions(5000));
    const { ids: found, findings } = await read(since(4900), {
      before: () => truncate(join(folder, 'audit.log'), 1000),
    });
    expect(found).toEqual([]);
    expect(findings.gaps).toMatchObject([{ code: 'source-unreadable', source: 'audit.log' }]);
  });
});

describe('a second reading, further back', () => {
  it('reads what the first left, and both count as one', async () => {
    const text = deletions(20_000, 400, START_US - 100_000 * SECOND_US);
    await put('audit.log', text);
    const document = await whoDid('delete pod/p1', { file: [join(folder, 'audit.log')], namespace: 'prod' });
    const { coverage } = document;
    expect(document.rows).toHaveLength(20_000);
    expect(coverage.bytes).toBeLessThan(text.length + 2 * MIB);
    expect(coverage.events).toBe(20_000);
    expect(coverage.gaps.map((gap) => gap.code)).toEqual([]);
  });
});

function jsonEvent(json: Record<string, unknown>): AuditEvent {
  return decodeJson(JSON.parse(line('', json)));
}
