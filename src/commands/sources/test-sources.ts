/** Whether sources can be read: each is asked for its newest events, and says how they lie there, how far back, and what they lack. */
import type { ConfiguredSource } from '../../config/config.ts';
import { readConfig } from '../../config/config-file.ts';
import { UserError } from '../../errors.ts';
import type { AuditEvent } from '../../event/event.ts';
import { formatMicros } from '../../event/micros.ts';
import type { Io } from '../../io.ts';
import { EVERYTHING } from '../../query/predicate.ts';
import { REQUEST_FIELDS } from '../../questions/fact/request-fields.ts';
import { escapeTerminal } from '../../render/escape.ts';
import type { Source } from '../../sources/source.ts';
import { confirmBill } from '../confirm-bill.ts';
import { boolFlag, type FlagValues } from '../flags.ts';
import { openStores } from '../open-stores.ts';
import { derivedSource } from './derived-source.ts';

/** Events that are looked at. */
const ENOUGH = 200;
/** Of what is paid for by what is read, only the last day is looked at. */
const PAID_FOR_US = 86_400_000_000;

/** Exit status 1 when one cannot be read. */
export async function testSources(names: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const all = names.length > 0 ? names : await everySource(flags, io);
  if (all.length === 0)
    throw new UserError('AUDIT_USAGE', 'test which source?', {
      hint: `${io.calledAs} sources test NAME, or a URL such as loki+http://127.0.0.1:3100`,
    });
  let failed = 0;
  for (const name of all) {
    try {
      for (const line of await tested(name, flags, io)) await io.out.write(`${escapeTerminal(line)}\n`);
    } catch (error) {
      if (!(error instanceof UserError) || all.length === 1) throw error;
      failed++;
      const shown = typeof name === 'string' ? name : name.name;
      await io.out.write(`${escapeTerminal(`${shown}: ${error.message}`)}\n`);
    }
  }
  return failed > 0 ? 1 : 0;
}

async function everySource(flags: FlagValues, io: Io): Promise<(string | ConfiguredSource)[]> {
  const config = await readConfig(io.env);
  const derived = await derivedSource(config, flags, io);
  return [...config.sources.keys(), ...(derived === null ? [] : [derived.source])];
}

async function tested(
  name: string | ConfiguredSource,
  flags: FlagValues,
  io: Io,
): Promise<readonly string[]> {
  const sources = await openStores([name], { flags, io, cluster: null, maxBytes: null });
  try {
    const found = await Promise.all(sources.map((source) => lookAt(source, flags, io)));
    return sources.flatMap(({ name: of }, at) => inWords(of, found[at] ?? NOTHING));
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

interface Found {
  readonly events: readonly AuditEvent[];
  readonly rejects: number;
  readonly fromUs: number | null;
  readonly toUs: number | null;
  readonly said: readonly string[];
}

const NOTHING: Found = { events: [], rejects: 0, fromUs: null, toUs: null, said: [] };

async function lookAt(source: Source, flags: FlagValues, io: Io): Promise<Found> {
  const { signal } = io;
  const sinceUs = source.capabilities.billed ? io.now() * 1000 - PAID_FOR_US : null;
  const plan = await source.plan(
    {
      window: { sinceUs, untilUs: null },
      predicate: EVERYTHING,
      witness: null,
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: ENOUGH,
      aggregation: null,
    },
    signal,
  );
  if (boolFlag(flags, 'yes') !== true) await confirmBill([{ source, plan }], io);
  const events: AuditEvent[] = [];
  let rejects = 0;
  let [fromUs, toUs]: (number | null)[] = [null, null];
  for await (const batch of source.read(plan, signal)) {
    events.push(...batch.events);
    rejects += batch.rejects.length;
    fromUs = batch.passedOver.fromUs ?? fromUs ?? null;
    toUs = batch.passedOver.toUs ?? toUs ?? null;
    if (events.length >= ENOUGH) break;
  }
  const { gaps, notes } = source.findings();
  return {
    events,
    rejects,
    fromUs: fromUs ?? null,
    toUs: toUs ?? null,
    said: [...gaps, ...notes].map(({ text }) => text),
  };
}

function inWords(name: string, { events, rejects, fromUs, toUs, said }: Found): readonly string[] {
  const held =
    fromUs === null || toUs === null ? '' : `, from ${formatMicros(fromUs)} to ${formatMicros(toUs)}`;
  const head =
    events.length === 0 ? `${name}: can be read, and holds no audit event` : `${name}: can be read${held}`;
  const counted = (of: (event: AuditEvent) => string): string =>
    [...Map.groupBy(events, of)].map(([value, { length }]) => `${value} ${length}`).join(', ');
  const lost = new Set(events.flatMap((event) => event.cut?.lost ?? []));
  return [
    head,
    ...(events.length === 0
      ? []
      : [
          `  looked at   the newest ${events.length}: ${counted(({ level }) => level)}; ${counted(({ stage }) => stage)}`,
        ]),
    ...(lost.size === 0
      ? []
      : [`  lacks       ${[...lost].join(', ')}: changed or left out on the way there`]),
    ...(rejects === 0 ? [] : [`  unreadable  ${rejects} records`]),
    ...said.map((text) => `  note        ${text}`),
  ];
}
