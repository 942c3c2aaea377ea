/** The commands to try after a list of changes. */
import { kubectlName } from '../../event/resource-names.ts';
import { flagText, namespaceText, shellQuoted } from '../../event/shell.ts';
import type { RequestRow } from '../fact/request-row.ts';
import { momentBefore } from '../moment-before.ts';
import type { ChangeRow } from './change-rows.ts';
import type { Told } from './told.ts';

/** `rows`: what is most worth a look first. */
export function nextCommands({ params, found, isWidened }: Told, rows: readonly ChangeRow[]): string[] {
  const command = (words: string) => `${params.calledAs} ${words}${params.sameLogs}`;
  const deleted = beginningOfEnd(rows);
  if (deleted !== undefined)
    return [
      command(
        `what-changed ${nameText(deleted.row.object)}${flagText('at', momentBefore(deleted.atUs))} --manifest`,
      ),
    ];
  // Before it was made there was none.
  const newest = rows.find(({ row, request }) => request !== null && row.did.word !== 'create');
  if (newest !== undefined)
    return [
      command(`what-changed ${nameText(newest.row.object)}${flagText('at', momentBefore(newest.atUs))}`),
    ];
  const { object, window } = params;
  if (object.kind !== 'resource' || rows.length > 0) return [];
  const type = kubectlName(object.group ?? '', object.resources[0] ?? object.typed);
  const it = shellQuoted(object.name === null ? type : `${type}/${object.name}`);
  const isPlaced = object.namespace !== null && object.isNamespaced !== false;
  return [
    ...(isPlaced ? [command(`what-changed ${it} -A`)] : []),
    ...(window.isDefault && !isWidened
      ? [command(`what-changed ${it}${isPlaced ? namespaceText(object.namespace ?? '') : ''} --since 30d`)]
      : []),
    ...(found.attempts > 0
      ? [command(`who-did change ${it}${isPlaced ? namespaceText(object.namespace ?? '') : ''}`)]
      : []),
  ];
}

/** Between two moments: what was done in between, one after the other. `row`: of one that differs. */
export function nextBetween(
  { params }: Told,
  [from, to]: readonly [string, string],
  { object }: Pick<RequestRow, 'object'>,
): string {
  const span = `${flagText('since', from)}${flagText('until', to)}`;
  return `${params.calledAs} what-changed ${nameText(object)}${span}${params.sameLogs}`;
}

/** The first request that a deletion began with: whoever only completed it came after the object was as it is wanted. */
function beginningOfEnd(rows: readonly ChangeRow[]): ChangeRow | undefined {
  return rows.find(({ row }) => row.did.word === 'delete' || row.did.word === 'evict');
}

function nameText({ group, resource, namespace, name }: RequestRow['object']): string {
  const it = shellQuoted(`${kubectlName(group ?? '', resource ?? '')}/${name ?? ''}`);
  return `${it}${namespace === null ? '' : namespaceText(namespace)}`;
}
