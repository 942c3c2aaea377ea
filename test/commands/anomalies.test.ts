/** anomalies as a person types it. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { anomaliesCommand } from '../../src/commands/anomalies.ts';
import type { FlagValues } from '../../src/commands/flags.ts';
import { FORMATS } from '../../src/render/registry.ts';
import { dayUs, type Json, smallWorld, TESTED, weekOf } from '../questions/anomalies/anomalies-support.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { plantIn } from '../support/world/plants.ts';

const folder = mkdtempSync(join(tmpdir(), 'anomalies-'));
afterAll(() => rmSync(folder, { recursive: true }));

const world = smallWorld();
const plants = (['token', 'bulk'] as const).flatMap((kind) => plantIn(world, TESTED, kind, 4) ?? []);
/** From the evening before the first day: what holds more than is asked about begins in time. */
const EVENTS = weekOf(
  world,
  plants.flatMap(({ requests }) => requests),
  0,
);
const LOG = join(folder, 'audit.log');
writeFileSync(LOG, linesOf(EVENTS));
const NOW = dayUs(TESTED + 1) / 1000;
const FILE: FlagValues = { file: [LOG], utc: true, color: 'never', index: false };

async function run(flags: FlagValues, more: { columns?: number; stdin?: string; nowMs?: number } = {}) {
  const { columns = null, ...rest } = more;
  const io = fixedIo({ nowMs: NOW, columns, ...rest });
  const status = await anomaliesCommand.run([], { ...FILE, ...flags }, io);
  return { status, out: io.stdout(), err: io.stderr() };
}

async function documentOf(flags: FlagValues, more: Parameters<typeof run>[1] = {}) {
  const { out, status } = await run({ output: 'json', ...flags }, more);
  return { ...JSON.parse(out), status };
}

function linesOf(events: readonly Json[]): string {
  return events.map((json) => `${JSON.stringify(json)}\n`).join('');
}

describe('anomalies', () => {
  it('tells of the last day, against the week before', async () => {
    const { status, out } = await run({}, { columns: 100 });
    expect(status).toBe(0);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(out).toMatch(/^\d things are out of the ordinary of the 7 days before: /);
    expect(out).toMatch(/\nKIND +WHO +FOUND +.*FALSE\/DAY/);
    for (const { kind, user } of plants) {
      const name = user.split(':').at(-1)?.split('.')[0] ?? '';
      expect(out).toMatch(new RegExp(`\\n${kind} +\\S*${name}`));
    }
  });

  it('prints what docs/answer.schema.json says, every key there', async () => {
    const schema = JSON.parse(readFileSync('docs/answer.schema.json', 'utf8')) as {
      definitions: Record<string, { required?: string[] }>;
    };
    const validate = new Ajv({ strict: false }).compile(schema);
    const { status, ...document } = await documentOf({});
    expect(status).toBe(0);
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    const keys = [
      ...['kind', 'who', 'object', 'from', 'value', 'baseline', 'falseAlarms', 'why', 'show'],
      ...['first', 'last', 'auditIDs', 'folded'],
    ];
    expect(schema.definitions.AnomalyRow?.required?.toSorted()).toEqual(keys.toSorted());
    expect(document.rows.length).toBeGreaterThan(1);
    for (const row of document.rows) expect(Object.keys(row)).toEqual(keys);
  });

  it('reads a day only where a baseline was kept, and keeps the day too', async () => {
    const kept = join(folder, 'kept.json');
    const first = await documentOf({ save: kept }, { nowMs: NOW - 86_400_000 + 1_800_000 });
    expect(first.rows).toEqual([]);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    const whole = await documentOf({ baseline: '8d' });
    const gone = await documentOf({ 'baseline-file': kept, save: kept });
    const brief = ({ rows }: typeof gone) =>
      rows.map(
        ({
          kind,
          who,
          value,
          auditIDs,
        }: {
          kind: string;
          who: { user: string };
          value: string;
          auditIDs: string[];
        }) => [kind, who.user, value, auditIDs],
      );
    expect(brief(gone)).toEqual(brief(whole));
    expect(gone.coverage.bytes).toBeLessThan(whole.coverage.bytes / 2);
    expect(JSON.parse(readFileSync(kept, 'utf8')).days).toHaveLength(9);
    await expect(run({ 'baseline-file': kept })).rejects.toMatchObject({ code: 'AUDIT_BAD_BASELINE' });
  });

  it('refuses a baseline that is none, or that others could have written', async () => {
    const path = join(folder, 'written.json');
    await run({ save: path });
    chmodSync(path, 0o664);
    await expect(run({ 'baseline-file': path })).rejects.toMatchObject({
      code: 'AUDIT_BAD_BASELINE',
      message: expect.stringContaining('can be written by others'),
      hint: expect.stringContaining('chmod go-w'),
    });
    chmodSync(path, 0o600);
    writeFileSync(path, '{}');
    await expect(run({ 'baseline-file': path })).rejects.toMatchObject({ code: 'AUDIT_BAD_BASELINE' });
    await expect(run({ 'baseline-file': join(folder, 'nowhere') })).rejects.toMatchObject({
      message: expect.stringContaining('is not there'),
    });
    await expect(run({ save: join(folder, 'no', 'such', 'folder') })).rejects.toMatchObject({
      code: 'AUDIT_BAD_BASELINE',
      message: expect.stringContaining('ENOENT'),
    });
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });

  it.each([
    [{ baseline: '3h' }, 'AUDIT_USAGE', '--baseline "3h"'],
    [{ baseline: '60d' }, 'AUDIT_USAGE', 'from 1 to 28'],
    [{ baseline: '28d', since: '7d' }, 'AUDIT_USAGE', 'more than 30 together'],
    [{ baseline: '7d', 'baseline-file': 'x' }, 'AUDIT_USAGE', '--baseline reads'],
    [{ 'false-alarms': 'few' }, 'AUDIT_USAGE', '--false-alarms "few"'],
    [{ 'false-alarms': '0' }, 'AUDIT_USAGE', '--false-alarms "0"'],
    [{ 'known-range': ['office'] }, 'AUDIT_BAD_FILTER', '"office" is no IP address'],
    [{ by: ['group:ops'] }, 'AUDIT_USAGE', 'does not know groups'],
    [{ output: 'raw' }, 'AUDIT_BAD_FORMAT', '-o raw'],
  ])('says what is wrong with %j', async (flags, code, message) => {
    await expect(run(flags)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('takes no object', async () => {
    const io = fixedIo({ nowMs: NOW });
    await expect(anomaliesCommand.run(['deploy/api'], FILE, io)).rejects.toMatchObject({
      code: 'AUDIT_USAGE',
    });
  });

  it('reads a pipe once, and explains without reading', async () => {
    const { rows, notes } = await documentOf({ file: ['-'] }, { stdin: linesOf(EVENTS) });
    expect(rows.map(({ kind }: { kind: string }) => kind)).toEqual(expect.arrayContaining(['token', 'bulk']));
    expect(notes.map(({ code }: { code: string }) => code)).toContain('no-ids');
    const { out } = await run({ explain: true });
    expect(out).toMatch(/^question +anomalies\n/);
  });

  it('never lets a control character through, in any format', async () => {
    const hostile = HOSTILE_TEXTS.map(
      (text, n): Json => ({
        ...EVENTS[EVENTS.length - 1 - n],
        ...{ auditID: `h-${n}${text}`, userAgent: `${text}/1` },
        user: { username: `u${text}`, groups: [text] },
      }),
    );
    const stdin = linesOf([...EVENTS, ...hostile]);
    for (const { name, takesTemplate } of FORMATS) {
      if (takesTemplate || name === 'raw') continue;
      const { out } = await run({ file: ['-'], output: name }, { stdin });
      expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
  });
});
