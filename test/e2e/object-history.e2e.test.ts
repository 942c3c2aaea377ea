/**
 * An afternoon of kubectl, played and recorded: whatever is told of an object at a moment, at whatever level the requests
 * were logged, is held against what could be seen at that moment; and what was deleted comes back as it was.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEVEL_OF, sameActs } from './afternoon/acts/levels.ts';
import { type Comparison, compare, historiesOf, stepsOf, unloggedIn } from './afternoon/compare.ts';
import { wordsOf } from './afternoon/deed.ts';
import { differences, shown } from './afternoon/judge.ts';
import { atLevel, LEVELS, type Level, type LoggedEvent, mixed } from './afternoon/levels.ts';
import { type Moment, momentsOf, type WriteEvent } from './afternoon/moments.ts';
import { type Afternoon, playAfternoon, type Stage } from './afternoon/play.ts';
import type { ObjectKey } from './afternoon/recording.ts';
import { blanked } from './afternoon/same-but-for.ts';
import { run as program } from './support/ask.ts';
import { openCluster, whyNoNode } from './support/cluster.ts';

const reason = await whyNoNode();
if (reason !== null) process.stderr.write(`without a node: ${reason}\n`);

type Event = LoggedEvent & WriteEvent;
type Json = Readonly<Record<string, unknown>>;

interface StateRow {
  readonly object: ObjectKey;
  readonly basis: string;
  readonly state: Json | null;
}

/** Its requests are answered, but some are not in the log. */
const UNHEARD = { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'unheard' };

const run = await mkdtemp(join(tmpdir(), 'afternoon-'));
let stage: Stage;
let afternoon: Afternoon;
let events: readonly Event[] = [];
let moments: readonly (readonly Moment[])[] = [];

beforeAll(async () => {
  stage = await playAfternoon(run, reason === null);
  afternoon = await stage.afternoon();
  events = readFileSync(afternoon.auditLog, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
  moments = momentsOf(afternoon.snapshots, events).filter(([first]) => first?.name !== UNHEARD.name);
}, 300_000);

afterAll(async () => {
  await openCluster(run).stop();
  await rm(run, { recursive: true, force: true });
});

describe('the afternoon', () => {
  it('went as it should', () => {
    expect(afternoon.surprises).toEqual([]);
    expect(afternoon.played.length).toBeGreaterThan(200);
    expect(moments.flat().length).toBeGreaterThan(20_000);
  });

  it('was recorded as kubectl get shows it', async () => {
    const kinds = 'deployments,replicasets,configmaps,secrets,services,roles,rolebindings,serviceaccounts';
    const items = itemsOf(await kubectl('observer', `get ${kinds} -A -o json --show-managed-fields`));
    const seen = new Map(
      afternoon.snapshots.flatMap(({ changed }) => changed).map(({ object }) => [versionOf(object), object]),
    );
    const both = items.filter((item) => seen.has(versionOf(item)));
    expect(both.length).toBeGreaterThan(items.length * 0.9);
    for (const item of both) expect(seen.get(versionOf(item))).toEqual(item);
  });

  it.each(['rita', 'max'] as const)('is told at the level of %s as the server logs it', (who) => {
    const told = eventsOf('alice').map((event) => blanked(atLevel(event, LEVEL_OF[who])));
    const logged = eventsOf(who).map(blanked);
    expect(logged.length).toBeGreaterThanOrEqual(sameActs(who).length);
    expect(told).toEqual(logged);
  });
});

/** Each lets other things of a request be missing. */
const MIXED = Array.from({ length: 5 }, (_, turn) => turn);

describe.each([...LEVELS, ...MIXED])('the history at level %s (a number: mixed)', (level) => {
  let comparison: Comparison;

  beforeAll(() => {
    comparison = compare(historiesOf(loggedAt(level)), moments);
    process.stderr.write(`${level}: ${JSON.stringify(comparison.claims)}\n`);
  });

  it('claims nothing that was not so', () => {
    expect(comparison.wrong).toEqual([]);
  });

  it('claims what can be known', () => {
    const { exact, computed, partial, absent, unknown } = comparison.claims;
    const all = exact + computed + partial + absent + unknown;
    if (level === 'RequestResponse') expect((exact + absent) / all).toBeGreaterThan(0.9);
    if (level === 'Request') expect((partial + absent) / all).toBeGreaterThan(0.7);
    if (typeof level === 'number') expect(exact + computed).toBeGreaterThan(all / 20);
    if (level === 'Metadata') expect(absent).toBeGreaterThan(all / 5);
  });
});

describe('steps of the generation', () => {
  it('are all in a whole log', () => {
    const histories = historiesOf(events);
    expect(unloggedIn(histories).filter((one) => !one.includes(UNHEARD.name))).toEqual([]);
  });

  it('are told where a client wrote YAML, which the server cannot log', () => {
    const steps = stepsOf(historiesOf(events), UNHEARD);
    expect(steps.map(({ unlogged }) => unlogged).filter((steps) => steps !== null && steps > 0)).toEqual([1]);
  });
});

describe('the program', () => {
  it.each([0.35, 0.7, 1])('shows everything as it was, the afternoon gone by to %d', async (part) => {
    const times = [...new Set(moments.flat().map(({ atUs }) => atUs))].sort((a, b) => a - b);
    const atUs = times[Math.ceil(part * times.length) - 1] ?? 0;
    const seen = new Map(
      moments.flat().flatMap((one) => (one.atUs === atUs ? [[typed(one), one.object]] : [])),
    );
    const rows = await whatChanged(`-A --at ${timeOf(atUs)} --reveal -o json`);
    const compared = rows.filter((row) => row.basis === 'exact' && seen.has(typed(row.object)));
    expect(compared.length).toBeGreaterThan(30);
    for (const { object, state } of compared) {
      const then = seen.get(typed(object)) ?? null;
      expect(then === null ? state : differences(state, shown(then), ''), typed(object)).toEqual(then && []);
    }
  });

  it.each(['deployments', 'widgets', 'secrets', 'roles'])(
    'shows one of the %s as it was',
    async (resource) => {
      const isToldWhole = (one: Moment | undefined) => !/^of-(rita|max)$/.test(one?.namespace ?? '');
      const [whole = []] = moments.filter(([first]) => first?.resource === resource && isToldWhole(first));
      const there = whole.filter(({ object }) => object !== null);
      const { atUs, object, ...key } = there[Math.floor(there.length / 2)] as Moment;
      const [row] = await whatChanged(`${typed(key)} --at ${timeOf(atUs)} --reveal -o json`);
      expect(row?.basis).toBe('exact');
      expect(differences(row?.state, shown(object ?? {}), '')).toEqual([]);
    },
  );

  it('never shows a secret', async () => {
    const { stdout } = await program([
      ...wordsOf('what-changed secret/login -n shop -o yaml --all'),
      '--file',
      afternoon.auditLog,
    ]);
    expect(stdout).toContain('password');
    const at = timeOf(afternoon.played.at(-1)?.atUs ?? 0);
    const then = await program([
      ...wordsOf(`what-changed secret/login -n shop --at ${at}`),
      '--file',
      afternoon.auditLog,
    ]);
    expect(then.stdout).toContain('password');
    for (const secret of ['hunter2', 'correct-horse', 'battery']) {
      expect(stdout + then.stdout).not.toContain(secret);
      expect(stdout + then.stdout).not.toContain(Buffer.from(secret).toString('base64'));
    }
  });
});

describe.each(['RequestResponse', 'Request'] as const)(
  'what was deleted, with a log at level %s',
  (level) => {
    it.each(['deployment/api', 'service/web', 'configmap/settings', 'role/helper'])(
      'comes back: %s',
      async (object) => {
        const get = async () =>
          JSON.parse(await kubectl('observer', `-n shop get ${object} -o json`)) as Json;
        const before = await get();
        const at = new Date().toISOString();
        await kubectl('alice', `-n shop delete ${object}`);
        const log = await writtenAt(level);
        const words = wordsOf(`what-changed ${object} -n shop --at ${at} --manifest --reveal`);
        const { stdout: manifest } = await program([...words, '--file', log]);
        await kubectl('alice', '-n shop apply -f -', manifest);
        expect(wished(await get()), manifest).toEqual(wished(before));
      },
    );
  },
);

/** The log as it is by now. */
async function writtenAt(level: Level): Promise<string> {
  if (level === 'RequestResponse') return afternoon.auditLog;
  const lines = readFileSync(afternoon.auditLog, 'utf8').trimEnd().split('\n');
  const path = join(run, `${level}.log`);
  await writeFile(
    path,
    lines.map((line) => JSON.stringify(atLevel(JSON.parse(line) as Event, level))).join('\n'),
  );
  return path;
}

async function kubectl(who: string, line: string, stdin?: string): Promise<string> {
  const act = await stage.cluster.kubectl(who, wordsOf(line), stdin === undefined ? {} : { stdin });
  expect(act, `${who}: ${line}\n${stdin ?? ''}\n${act.stderr}`).toMatchObject({ code: 0 });
  return act.stdout;
}

async function whatChanged(line: string): Promise<readonly StateRow[]> {
  const asked = await program([...wordsOf(`what-changed ${line}`), '--file', afternoon.auditLog]);
  expect([0, 3], line + asked.stderr).toContain(asked.status);
  return (JSON.parse(asked.stdout) as { rows: StateRow[] }).rows;
}

function loggedAt(level: Level | number): readonly Event[] {
  return events.map((event) => (typeof level === 'number' ? mixed(event, level) : atLevel(event, level)));
}

/** Those of the acts that everybody did, in their order. */
function eventsOf(who: keyof typeof LEVEL_OF): readonly Event[] {
  const does = new Set(sameActs(who).map((deed) => deed.does));
  const ids = afternoon.played
    .filter(({ deed }) => deed.who === who && does.has(deed.does))
    .flatMap(({ act }) => act.sent.map((one) => one.auditID));
  const byId = Map.groupBy(events, (event) => event.auditID);
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** As somebody types it. */
function typed({ group, resource, namespace, name }: ObjectKey): string {
  const type = group === '' ? resource : `${resource}.${group}`;
  return `${type}/${name}${namespace === null ? '' : ` -n ${namespace}`}`;
}

function timeOf(atUs: number): string {
  return new Date(atUs / 1000).toISOString().replace('Z', `${String(atUs % 1000).padStart(3, '0')}Z`);
}

function itemsOf(text: string): readonly Json[] {
  return (JSON.parse(text) as { items: Json[] }).items;
}

function versionOf(object: Json | null): string {
  const { uid, resourceVersion } = (object?.metadata ?? {}) as Json;
  return `${uid} ${resourceVersion}`;
}

/** What somebody asked for, without what the server and its controllers give each object of that name anew. */
function wished(object: Json): Json {
  const { metadata, status: _status, ...rest } = object;
  const { labels, annotations } = metadata as Json;
  const theirs = Object.entries((annotations ?? {}) as Json).filter(
    ([name]) => !/^(kubectl|deployment)\.kubernetes\.io\//.test(name),
  );
  const { clusterIP: _ip, clusterIPs: _ips, ...spec } = (rest.spec ?? {}) as Json;
  return { ...rest, spec, labels, annotations: Object.fromEntries(theirs) };
}
