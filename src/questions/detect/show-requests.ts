/** The commands that show the requests of a finding. */
import { formatMicros, parseMicros } from '../../event/micros.ts';
import { kubectlName } from '../../event/resource-names.ts';
import { REDACTED } from '../../event/secret-names.ts';
import { flagText, namespaceText, shellQuoted } from '../../event/shell.ts';
import type { DetectParams } from './detect-params.ts';
import type { FindingRow } from './detect-row.ts';
import type { FindingGroup } from './finding-group.ts';

const SECOND_US = 1_000_000;
const IDS_IN_COMMAND = 10;
/** A person reads them, and types one of them again. */
const IDS_READ = 3;

/** The newest, by their IDs. */
export function showCommand(group: FindingGroup, { calledAs, sameLogs, window }: DetectParams): string {
  const shown = group.newest().slice(0, IDS_IN_COMMAND);
  const ids = [...new Set(shown.map(({ row }) => row.auditID))].filter((id) => !id.includes(REDACTED));
  const oldestUs = Math.min(...shown.map(({ atUs }) => atUs));
  const since = group.firstUs === null ? '' : sinceText(oldestUs);
  const until = group.lastUs === null || window.untilUs === null ? '' : untilText(group.lastUs);
  return `${calledAs} who-did touch -A${ids.map((id) => flagText('audit-id', id)).join('')}${since}${until}${sameLogs}`;
}

/** For people: many by what they have in common, which finds all of them, and what else these did there at the time. */
export function shortShowCommand(row: FindingRow, { calledAs, sameLogs }: DetectParams): string {
  const firstUs = row.first === null ? null : parseMicros(row.first);
  const lastUs = row.last === null ? null : parseMicros(row.last);
  if (row.auditIDs.length <= IDS_READ || firstUs === null || lastUs === null) return row.show;
  const time = `${sinceText(firstUs)}${untilText(lastUs)}`;
  return `${calledAs} who-did touch${placeText(row)}${actorsFlag(row)}${time}${sameLogs}`;
}

function placeText({ object }: FindingRow): string {
  const { group = null, resource = null, namespace = null, name = null } = object ?? {};
  const everywhere = ' -A';
  if (group === null || resource === null || isHidden(namespace) || isHidden(name)) return everywhere;
  const type = kubectlName(group, resource);
  const of = ` ${shellQuoted(name === null ? type : `${type}/${name}`)}`;
  return `${of}${namespace === null ? everywhere : namespaceText(namespace)}`;
}

/** Nothing, where one of them cannot be named. */
function actorsFlag({ who, others, from, count }: FindingRow): string {
  const names = [who, ...others.top].map(({ user }) => user);
  const isWhole = others.distinct === others.top.length;
  if (isWhole && names.every((name) => name !== null && !MEANS_MORE.test(name) && !isHidden(name)))
    return flagText('by', [...new Set(names)].join(','));
  const [most] = from.top;
  // Others may have no address.
  return most !== undefined && most.count === count ? flagText('from-ip', most.ip) : '';
}

/** What `--by` reads otherwise than as a name. */
const MEANS_MORE = /[,=*?]|^(?:group|sa|node):|^\s|\s$|^$/;

function isHidden(text: string | null): boolean {
  return text?.includes(REDACTED) === true;
}

function sinceText(us: number): string {
  return flagText('since', formatMicros(floorSecond(us)));
}

function untilText(us: number): string {
  return flagText('until', formatMicros(floorSecond(us) + SECOND_US));
}

function floorSecond(us: number): number {
  return Math.floor(us / SECOND_US) * SECOND_US;
}
