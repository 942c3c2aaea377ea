/** What was read, in lines: under a table, after CSV, and on stderr for formats that have no place for it. */
import type { Answer } from '../answer.ts';
import type { SourceCoverage } from '../event/coverage.ts';
import { type Clock, clockFor } from './clock.ts';
import { escapeTerminal } from './escape.ts';
import type { RenderOptions } from './renderer.ts';

/** Logs and gaps named one by one, at most; the machine output has all. */
const LOGS_NAMED = 4;
const GAPS_NAMED = 12;

/** One line each, escaped for a terminal, not wrapped. The last says INCOMPLETE where a gap could hold a match. */
export function coverageLines(
  answer: Answer,
  options: Pick<RenderOptions, 'nowMs' | 'timeZone' | 'utc'>,
): string[] {
  const { coverage } = answer;
  const times = coverage.sources.flatMap((source) => [source.from, source.to]).filter((at) => at !== null);
  const clock = clockFor(times, options.nowMs, options.utc ? 'UTC' : options.timeZone);
  const shared = sharedFolder(coverage.sources.map((source) => source.name));
  const logs = coverage.sources
    .slice(0, LOGS_NAMED)
    .map((source) => logLine(source, source.name.slice(shared.length), clock));
  const rest = coverage.sources.length - logs.length;
  const gaps = coverage.gaps.slice(0, GAPS_NAMED);
  const more = coverage.gaps.length - gaps.length;
  const lines = [
    ...logs,
    ...(rest > 0 ? [`and ${rest} more logs`] : []),
    `${counted(coverage.events, 'event')}${coverage.unreadable === 0 ? '' : `, ${counted(coverage.unreadable, 'line')} unreadable`}${witnessWords(answer)}`,
    ...gaps.map((gap) => (gap.source === null ? gap.text : `${gap.source}: ${gap.text}`)),
    ...(more > 0 ? [`and ${more} more gaps (-o json)`] : []),
    ...(coverage.complete ? [] : ['INCOMPLETE: a match could be missing here (exit 3)']),
  ];
  return lines.map(escapeTerminal);
}

/** What the names of several logs have in common, up to a slash: `cp-1/audit.log` tells them apart. */
function sharedFolder(names: readonly string[]): string {
  const [first = '', ...rest] = names;
  if (rest.length === 0) return '';
  let shared = first.slice(0, first.lastIndexOf('/') + 1);
  // The root alone tells nothing, and before it there is nothing to go on to.
  while (shared.length > 1 && !rest.every((name) => name.startsWith(shared))) {
    shared = shared.slice(0, shared.lastIndexOf('/', shared.length - 2) + 1);
  }
  return shared === '/' ? '' : shared;
}

function logLine(source: SourceCoverage, name: string, clock: Clock): string {
  const span =
    source.from === null || source.to === null
      ? 'no events'
      : `${clock.time(source.from)} to ${clock.time(source.to)} ${clock.zone}`;
  return `${name}: ${span}, ${bytesOf(source.bytes)}`;
}

/** `; deployments.apps at RequestResponse (412 requests seen)`. */
function witnessWords({ coverage }: Answer): string {
  if (coverage.witness === null) return '';
  const seen = Object.entries(coverage.levels).map(([resource, levels]) => {
    const [group, name] = splitKey(resource);
    const at = Object.entries(levels).map(([level, count]) => `${level} (${counted(count, 'request')} seen)`);
    const [type, ...subresource] = name.split('/');
    const full = [group === '' ? type : `${type}.${group}`, ...subresource].join('/');
    return `; ${full} at ${at.join(', ')}`;
  });
  return seen.length === 0 ? '; nothing of this kind seen' : seen.slice(0, 3).join('');
}

/** `apps/deployments/scale` → group and resource; `pods/exec` has no group: groups of resources have a dot or are known. */
function splitKey(key: string): [group: string, name: string] {
  const [first = '', ...rest] = key.split('/');
  const isGroup =
    rest.length > 0 &&
    (first.includes('.') || ['apps', 'batch', 'autoscaling', 'policy', 'extensions'].includes(first));
  return isGroup ? [first, rest.join('/')] : ['', key];
}

export function bytesOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
