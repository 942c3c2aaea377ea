/** Which streams hold the audit log, when nobody said: labels whose values name it, held to a line of it; a few requests, no more. */
import { UserError } from '../../errors.ts';
import { escapedInPattern } from '../store/re2.ts';
import { quoted } from './logql.ts';
import { AHEAD_NS } from './loki-extent.ts';
import { type Asked, labelsOf, linesOf, type TimeSpan } from './query-loki.ts';
import { type Allowed, DAY_NS, endwise } from './stretches.ts';

/** Labels that say what a stream is, before those that say where it comes from. */
const TELLING = [
  ...[
    'log_type',
    'openshift_log_type',
    'job',
    'app',
    'application',
    'app_kubernetes_io_name',
    'service_name',
  ],
  ...['source', 'component', 'category', 'type', 'name', 'container', 'filename', 'stream'],
];
const MOST_LABELS = 12;
const MOST_VALUES = 500;
/** Values of one label that are tried. */
const MOST_TRIED = 8;
const LOOKED_BACK_DAYS = [1n, 30n];
const LINES = '|= "auditID"';

/** Throws a UserError when there is none. */
export async function findSelector(asked: Asked, nowNs: bigint, allowed: Allowed): Promise<string> {
  let names: readonly string[] = [];
  for (const days of LOOKED_BACK_DAYS) {
    const recent = { fromNs: nowNs - days * DAY_NS, toNs: nowNs + AHEAD_NS };
    const newest = { stretch: recent, end: 'newest', lines: 1 } as const;
    names = await endwise(newest, allowed, (piece) => labelsOf(asked, null, piece));
    const within = { ...recent, fromNs: withinAllowed(recent, allowed) };
    const found = await among(asked, within, [...names].sort(byTelling).slice(0, MOST_LABELS));
    if (found !== null) return found;
  }
  const labels = names.filter((name) => !name.startsWith('__')).slice(0, 10);
  throw new UserError(
    'AUDIT_NO_AUDIT_LOG',
    `Loki at ${asked.server.address}: no stream of the last ${LOOKED_BACK_DAYS.at(-1)} days could be told to hold the audit log`,
    {
      hint: `say selector, such as {job="k8s-audit"}; ${labels.length === 0 ? 'it shows no labels: is it the right tenant?' : `its labels: ${labels.join(', ')}`}`,
    },
  );
}

async function among(asked: Asked, recent: TimeSpan, names: readonly string[]): Promise<string | null> {
  for (const name of names.filter((each) => !each.startsWith('__'))) {
    const values = (await labelsOf(asked, name, recent)).slice(0, MOST_VALUES);
    const telling = values.filter((value) => /audit/i.test(value)).slice(0, MOST_TRIED);
    const holding: string[] = [];
    for (const value of telling) {
      const { lines } = await linesOf(asked, `{${name}=${quoted(value)}} ${LINES}`, recent, 1);
      if (lines.length > 0) holding.push(value);
    }
    const [only] = holding;
    if (only !== undefined && holding.length === 1) return `{${name}=${quoted(only)}}`;
    if (holding.length > 1) return `{${name}=~${quoted(holding.map(escapedInPattern).join('|'))}}`;
  }
  return null;
}

/** What the labels could be asked for, lines can. */
function withinAllowed({ fromNs, toNs }: TimeSpan, { lengthNs }: Allowed): bigint {
  const first = toNs - lengthNs + 1n;
  return first > fromNs ? first : fromNs;
}

function byTelling(a: string, b: string): number {
  const place = (name: string): number => (TELLING.includes(name) ? TELLING.indexOf(name) : TELLING.length);
  return place(a) - place(b) || (a < b ? -1 : 1);
}
