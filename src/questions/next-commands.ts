/** The commands to try after an answer. */
import type { NearMiss } from '../answer.ts';
import { kubectlName } from '../event/resource-names.ts';
import { shellQuoted } from '../event/shell.ts';
import type { ObjectQuery } from '../query/object-query.ts';
import { counts } from './deed.ts';
import type { Told } from './who-did-says.ts';

/** Commands that exist today, most useful first. */
export function nextCommands(told: Told): string[] {
  const { object, word, window } = told.params;
  if (object.kind !== 'resource') return [];
  const type = kubectlName(object.group ?? '', object.resources[0] ?? object.typed);
  const it = shellQuoted(object.name === null ? type : `${type}/${object.name}`);
  const isPlaced = object.namespace !== null && object.isNamespaced !== false;
  const through = object.subresource === null ? '' : ` --subresource ${shellQuoted(object.subresource)}`;
  const here = isPlaced ? ` -n ${shellQuoted(object.namespace ?? '')}` : '';
  const command = (verb: string, where: string, more = '') =>
    `${told.params.calledAs} who-did ${verb} ${it}${where}${through}${more}${told.params.sameLogs}`;
  if (told.deeds.some((deed) => counts(word, deed))) {
    return word.name === 'touch' || object.name === null || isNoObject(object)
      ? []
      : [command('touch', here)];
  }
  const elsewhere = told.nearMisses.find((miss) => miss.code === 'other-namespace');
  const namespace = elsewhere === undefined ? null : namespaceOf(elsewhere);
  return [
    ...(namespace !== null ? [command(word.name, ` -n ${shellQuoted(namespace)}`)] : []),
    ...(namespace === null && isPlaced ? [command(word.name, ' -A')] : []),
    ...(isShort(window, told.nowUs) ? [command(word.name, here, ' --since 30d')] : []),
    ...(word.name === 'touch' || isNoObject(object) ? [] : [command('touch', here)]),
  ];
}

/** Users and groups can be impersonated; requests are not about them. */
function isNoObject({ resources }: Extract<ObjectQuery, { kind: 'resource' }>): boolean {
  return resources.includes('users') || resources.includes('groups');
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
