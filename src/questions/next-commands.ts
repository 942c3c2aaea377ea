/** The commands to try after an answer. */
import type { NearMiss } from '../answer.ts';
import { kubectlName } from '../event/resource-names.ts';
import { shellQuoted } from '../event/shell.ts';
import { counts } from './deed.ts';
import type { Told } from './who-did-says.ts';

/** Commands that exist today, most useful first. */
export function nextCommands(told: Told): string[] {
  const { object, word, window } = told.params;
  if (object.kind !== 'resource') return [];
  const type = kubectlName(object.group ?? '', object.resources[0] ?? object.typed);
  const it = shellQuoted(object.name === null ? type : `${type}/${object.name}`);
  const isPlaced = object.namespace !== null && object.isNamespaced !== false;
  const here = isPlaced ? ` -n ${shellQuoted(object.namespace ?? '')}` : '';
  const command = (verb: string, where: string, more = '') =>
    `${told.params.calledAs} who-did ${verb} ${it}${where}${more}${told.params.sameLogs}`;
  if (told.deeds.some((deed) => counts(word, deed))) {
    return word.name === 'touch' || object.name === null ? [] : [command('touch', here)];
  }
  const elsewhere = told.nearMisses.find((miss) => miss.code === 'other-namespace');
  const namespace = elsewhere === undefined ? null : namespaceOf(elsewhere);
  return [
    ...(namespace !== null ? [command(word.name, ` -n ${shellQuoted(namespace)}`)] : []),
    ...(namespace === null && isPlaced ? [command(word.name, ' -A')] : []),
    ...(window.sinceUs !== null && !window.isDefault ? [command(word.name, here, ' --since 30d')] : []),
    ...(word.name === 'touch' ? [] : [command('touch', here)]),
  ];
}

function namespaceOf({ row }: NearMiss): string | null {
  const object = row?.object as { namespace?: string | null } | undefined;
  return object?.namespace ?? null;
}
