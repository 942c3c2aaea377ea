/** `--explain`: the plan of the first round, and nothing read. */
import type { Io } from '../io.ts';
import { describePredicate } from '../query/plan.ts';
import { isEverything, type Predicate } from '../query/predicate.ts';
import type { Query } from '../query/query.ts';
import { formatWindow } from '../query/time-range.ts';
import { formatInstant } from '../query/zone.ts';
import { MAX_ROUNDS } from '../questions/question.ts';
import { escapeTerminal } from '../render/escape.ts';
import type { Source, SourcePlan } from '../sources/source.ts';
import { canReread } from './ask.ts';
import type { Planned } from './billed-plans.ts';
import { formatBytes } from './bytes.ts';
import { columnsOf } from './columns.ts';
import { billInWords, largeBill } from './confirm-bill.ts';
import { hung } from './hung.ts';

export async function explain(
  name: string,
  query: Query,
  sources: readonly Source[],
  timeZone: string,
  io: Io,
): Promise<number> {
  const entries: Entry[] = [
    [0, 'question', name],
    [0, 'window', windowText(query, timeZone)],
    ...branches(0, 'wanted', query.predicate),
    ...(query.witness === null ? [] : branches(0, 'witness', query.witness)),
    ...(query.aggregation === null ? [] : [[0, 'counted', `by ${query.aggregation.by.join(', ')}`] as const]),
  ];
  const planned: Planned[] = [];
  for (const source of sources) {
    const plan = await source.plan(query, io.signal);
    planned.push({ source, plan });
    entries.push([0, 'source', source.name], ...(await entriesOf(plan, source)));
  }
  const bill = await largeBill(planned, io.env);
  if (bill !== null) {
    const above = `more than ${formatBytes(bill.aboveBytes)} is asked about first, on a terminal and without --yes`;
    entries.push([0, 'paid for', `${billInWords(bill)}: ${above}`]);
  }
  entries.push([
    0,
    'then',
    query.following === undefined
      ? thenText(sources)
      : 'each new one as it happens, until Ctrl-C, --until or --limit',
  ]);
  const columns = columnsOf(io) ?? DEFAULT_COLUMNS;
  const lines = entries.flatMap(([indent, label, text]) =>
    hung(label, escapeTerminal(text), columns, indent, 12),
  );
  await io.out.write(`${lines.join('\n')}\n`);
  return 0;
}

function windowText({ window, following }: Query, timeZone: string): string {
  if (following === undefined) return formatWindow(window, timeZone);
  const { untilUs } = window;
  const from = following === 'from now' ? 'from now' : formatWindow({ ...window, untilUs: null }, timeZone);
  const end = untilUs === null ? '' : `, until ${formatInstant(untilUs / 1000, timeZone)}`;
  return `${from.replace(/ to now$/, '')} on${end}`;
}

type Entry = readonly [indent: number, label: string, text: string];

const DEFAULT_COLUMNS = 100;

async function entriesOf(plan: SourcePlan, { capabilities }: Source): Promise<Entry[]> {
  const { bytes, parts, bytesPerHour = null } = plan.estimate;
  const amount = bytes === null ? 'unknown' : formatBytes(bytes);
  const where = parts === null ? '' : ` in ${parts} ${parts === 1 ? 'part' : 'parts'}`;
  const isAllHere = isEverything(plan.pushed);
  return [
    ...(isAllHere
      ? [[2, 'pushed', 'nothing: the source filters nothing by itself'] as const]
      : branches(2, 'pushed', plan.pushed)),
    ...(isAllHere ? [[2, 'here', 'all that is wanted'] as const] : branches(2, 'here', plan.residual)),
    [2, 'cost', `${amount}${where}${capabilities.billed ? ', paid for by what is read' : ''}`],
    ...(bytesPerHour === null
      ? []
      : [[2, '', `then up to about ${formatBytes(bytesPerHour)} each hour that it is followed`] as const]),
    ...(await plan.explain()).map((line): Entry => [2, '', line]),
  ];
}

/** An alternative a line: a question looks for several kinds of requests at once. */
function branches(indent: number, label: string, predicate: Predicate): Entry[] {
  const texts = (predicate.kind === 'any' ? predicate.of : [predicate]).map(describePredicate);
  return [...new Set(texts)].map((text, at): Entry => [indent, at === 0 ? label : 'or', text]);
}

function thenText(sources: readonly Source[]): string {
  return !canReread(sources)
    ? 'the answer; a source is billed, or can be read only once'
    : `the answer; or, when too little is found, and for what the first names, up to ${MAX_ROUNDS - 1} more readings`;
}
