/**
 * Questions put to the program about a store that holds a log, and about the log's file: both give the same answer. What a store
 * cannot keep of an event is the loader's choice; here it keeps all.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../support/arbitrary.ts';
import { run } from '../support/ask.ts';

const LOG = fileURLToPath(new URL('../../fixtures/shop/audit.log', import.meta.url));
const QUESTIONS = [
  'who-did delete -A',
  'failed-auth -A',
  'what-changed -A --all',
  'rbac-diff -A',
  'top -A --count user,verb',
];
const BEGIN = '2026-11-23T08:00:00Z';
const LASTS_MS = 2 * 3600_000;

export interface QuestionOptions {
  /** What the settings refer to. */
  readonly env?: Readonly<Record<string, string>>;
  /** When a group was seen first and last, the store tells to the millisecond. */
  readonly countsToTheMs?: boolean;
  /** The store knows the log by its arrival alone: that of the last two hours, or of long ago. */
  readonly arrives?: 'soon' | 'long after';
  /** A billed store is read once: what would take another reading, the causes further back, is left out. */
  readonly isReadOnce?: boolean;
  /** When the log is to begin, for a store whose clock stands still. RFC 3339. */
  readonly begin?: string;
  /** What the service writes of the events, a record a line, where it does not give them away: the file then holds that. */
  readonly keeps?: (events: readonly EventJson[]) => readonly EventJson[];
}

/** `load`: puts the events, or the lines of the log at that path, into the store, and resolves to the settings of that kind when they can be read. */
export function describeQuestions(
  name: string,
  kind: string,
  load: (events: readonly EventJson[], path: string) => Promise<Readonly<Record<string, unknown>>>,
  {
    env = {},
    countsToTheMs = false,
    arrives,
    isReadOnce = false,
    begin = BEGIN,
    keeps,
  }: QuestionOptions = {},
): void {
  describe(`questions to ${name}`, () => {
    let folder: string;
    let config: string;
    let log: string;
    const beginMs = arrives === 'soon' ? Math.floor(Date.now() / 1000) * 1000 - LASTS_MS : Date.parse(begin);
    const flags = ['--since', iso(beginMs), '--until', iso(beginMs + LASTS_MS), '--no-live', '-o', 'json'];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'questions-'));
      config = join(folder, 'config.yaml');
      log = join(folder, 'audit.log');
      const lines = moved(readFileSync(LOG, 'utf8'), beginMs - Date.parse(BEGIN));
      await writeFile(log, lines);
      const events = lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as EventJson);
      const settings = { type: kind, ...(await load(events, log)) };
      if (keeps !== undefined)
        await writeFile(
          log,
          keeps(events)
            .map((record) => `${JSON.stringify(record)}\n`)
            .join(''),
        );
      await writeFile(config, JSON.stringify({ version: 1, sources: { it: settings } }), { mode: 0o600 });
    });

    afterAll(() => rm(folder, { recursive: true, force: true }));

    it.each(QUESTIONS)('%s', async (question) => {
      const args = [...question.split(' '), ...flags];
      const [ofFile, ofStore] = await Promise.all([
        run([...args, '--file', log]),
        run([...args, '--source', 'it'], { ...env, KUBECTL_AUDIT_CONFIG: config }),
      ]);
      expect(ofStore.stderr).toBe('');
      const isRounded = countsToTheMs && question.startsWith('top');
      const answerIn = (stdout: string) =>
        told(stdout, { isRounded, isByArrival: arrives !== undefined, isReadOnce });
      expect(answerIn(ofStore.stdout)).toEqual(answerIn(ofFile.stdout));
    });
  });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Its own times, and nothing that stands in bodies. */
function moved(log: string, byMs: number): string {
  return log.replaceAll(
    /("(?:requestReceivedTimestamp|stageTimestamp)":")([^"]{23})/g,
    (_, before: string, time: string) => `${before}${iso(Date.parse(`${time}Z`) + byMs).slice(0, -1)}`,
  );
}

/** But for what names the log. */
function told(
  stdout: string,
  {
    isRounded,
    isByArrival,
    isReadOnce,
  }: Readonly<Record<'isRounded' | 'isByArrival' | 'isReadOnce', boolean>>,
): unknown {
  const { says, rows, nearMisses } = JSON.parse(stdout, (key, value: unknown) => {
    // A trend goes over the time that the log covers, which such a store knows by arrival.
    if (key === 'source' || (isByArrival && key === 'sparkline')) return undefined;
    if (isReadOnce && key === 'cause') return undefined;
    return isRounded && (key === 'first' || key === 'last') ? String(value).slice(0, -4) : value;
  }) as Record<string, unknown>;
  return { says, rows, nearMisses };
}
