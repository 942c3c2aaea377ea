/** The commands to try after an answer. */
import type { NearMiss } from '../../answer.ts';
import { formatMicros } from '../../event/micros.ts';
import { kubectlName } from '../../event/resource-names.ts';
import { flagText, namespaceText, shellQuoted } from '../../event/shell.ts';
import { isOneObject, type ObjectQuery } from '../../query/object-query.ts';
import { momentBefore } from '../moment-before.ts';
import { counts, type Deed } from './deed.ts';
import type { Told } from './who-did-says.ts';

/** Commands that exist today, most useful first. */
export function nextCommands(told: Told): string[] {
  const { object, word, window } = told.params;
  if (object.kind !== 'resource') return [];
  const type = kubectlName(object.group ?? '', object.resources[0] ?? object.typed);
  const it = shellQuoted(object.name === null ? type : `${type}/${object.name}`);
  const isPlaced = object.namespace !== null && object.isNamespaced !== false;
  const through = object.subresource === null ? '' : flagText('subresource', object.subresource);
  const here = isPlaced ? namespaceText(object.namespace ?? '') : '';
  const until = untilText(window);
  const since = sinceText(window);
  const command = (verb: string, where: string, from = since) =>
    `${told.params.calledAs} who-did ${verb} ${it}${where}${through}${from}${until}${told.params.sameLogs}`;
  const [newest] = told.deeds.filter((deed) => counts(word, deed));
  if (newest !== undefined) {
    if (word.name === 'touch' || object.name === null || isNoObject(object)) return [];
    return [...howItWas(told, newest, `${it}${here}`), command('touch', here)];
  }
  const elsewhere = told.nearMisses.find((miss) => miss.code === 'other-namespace');
  const namespace = elsewhere === undefined ? null : namespaceOf(elsewhere);
  return [
    ...(namespace !== null ? [command(word.name, namespaceText(namespace))] : []),
    ...(namespace === null && isPlaced ? [command(word.name, ' -A')] : []),
    ...(isShort(window, told.nowUs) ? [command(word.name, here, ' --since 30d')] : []),
    ...(word.name === 'touch' || isNoObject(object) ? [] : [command('touch', here)]),
  ];
}

/** What a deletion took, as it was just before; what a change changed. */
function howItWas({ params, deeds, found }: Told, newest: Deed, it: string): string[] {
  const { word, object, calledAs, sameLogs } = params;
  if (!isOneObject(object)) return [];
  if (TOLD_BY_FIELDS.has(word.name)) return [`${calledAs} what-changed ${it}${sameLogs}`];
  if (word.name !== 'delete') return [];
  // A release or a completion came after the request that is meant.
  const began = found.removals?.begunBy.get(newest.fact.key) ?? newest;
  const beginning = deeds.find((deed) => deed.fact.key === began.fact.key) ?? newest;
  const at = momentBefore(beginning.fact.atUs);
  return [`${calledAs} what-changed ${it}${flagText('at', at)} --manifest${sameLogs}`];
}

const TOLD_BY_FIELDS: ReadonlySet<string> = new Set(['change', 'scale', 'restart', 'rollout', 'bind']);

/** Users and groups can be impersonated; requests are not about them. */
function isNoObject({ resources }: Extract<ObjectQuery, { kind: 'resource' }>): boolean {
  return resources.includes('users') || resources.includes('groups');
}

/** The window that was asked about, by the clock: `2h` would be another one when the command is typed. */
function sinceText({ sinceUs, isDefault }: Told['params']['window']): string {
  return sinceUs === null || isDefault ? '' : flagText('since', timeText(Math.floor(sinceUs / SECOND_US)));
}

function untilText({ untilUs, isDefault }: Told['params']['window']): string {
  return untilUs === null || isDefault ? '' : flagText('until', timeText(Math.ceil(untilUs / SECOND_US)));
}

const SECOND_US = 1_000_000;

function timeText(seconds: number): string {
  return formatMicros(seconds * SECOND_US).replace('.000000Z', 'Z');
}

const LONGER_US = 30 * 24 * 60 * 60 * 1_000_000;

/** The default window is widened by itself. */
function isShort({ sinceUs, isDefault }: Told['params']['window'], nowUs: number): boolean {
  return sinceUs !== null && !isDefault && sinceUs > nowUs - LONGER_US;
}

function namespaceOf({ row }: NearMiss): string | null {
  const object = row?.object as { namespace?: string | null } | undefined;
  return object?.namespace ?? null;
}
