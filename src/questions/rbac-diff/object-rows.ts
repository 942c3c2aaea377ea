/** A role or binding that changed as a row; and a request about one that was refused. */
import { redactText } from '../../event/redact.ts';
import { kubectlName } from '../../event/resource-names.ts';
import { changeText } from '../field-diff/change-text.ts';
import type { Change } from '../field-diff/redact-changes.ts';
import type { State, Step } from '../object-history/step.ts';
import { schemaOf } from '../schema/built-in.ts';
import { between, changesOf } from '../what-changed/step-changes.ts';
import { rowWithoutRequest } from '../what-changed/what-changed-row.ts';
import { whoText } from '../who-did/who-did-row.ts';
import type { Deed } from './deeds.ts';
import type { Refused } from './found.ts';
import { drawn, type ObjectRow, type RefusedRow } from './rbac-diff-row.ts';
import { RBAC_GROUP, type RbacId, resourceOf } from './rbac-object.ts';
import { beyond, compact } from './rights.ts';
import { RISKS, type Risk } from './risks.ts';
import { dangersOf, flowsOn } from './risks-of.ts';
import { type RoleDiff, roleDiff } from './role-diff.ts';

export interface ObjectRowsHow {
  readonly isRevealed: boolean;
  /** --all. */
  readonly includesNoise: boolean;
  /** Of the request in the object's history; null: it holds none. */
  readonly stepOf: (id: RbacId, key: string) => Step | null;
}

export function objectRow(deed: Deed, how: ObjectRowsHow): ObjectRow {
  const { change, fact } = deed;
  const { id, event } = change;
  const step = event.key === null ? null : how.stepOf(id, event.key);
  const changes = step === null ? [] : (changesOf(step, { ...how, ...placeOf(id) }) ?? []);
  return rowOf(deed, changes, step?.basis ?? 'fact', fact === null ? 'not in the log' : wordOf(deed), how);
}

/** Between two moments, whatever lay between; `deed`: the last change between them. */
export function netRow(deed: Deed, before: State, after: State, how: ObjectRowsHow): ObjectRow {
  const { id } = deed.change;
  const changes = between(before, after, { ...how, ...placeOf(id) }) ?? [];
  const states = [before.kind, after.kind];
  const basis = states.includes('unknown') ? 'fact' : states.includes('computed') ? 'computed' : 'exact';
  return rowOf(deed, changes, states.includes('partial') ? 'request' : basis, wordOf(deed), how);
}

function rowOf(
  { change, fact, cause, isHousekeeping }: Deed,
  changes: readonly Change[],
  basis: Step['basis'],
  word: string,
  how: ObjectRowsHow,
): ObjectRow {
  const clean = (text: string) => (how.isRevealed ? text : redactText(text));
  const { id } = change;
  const object = {
    group: RBAC_GROUP,
    resource: resourceOf(id.kind),
    subresource: null,
    namespace: id.namespace,
    name: clean(id.name),
    uid: fact?.target.name === id.name ? fact.row.object.uid : null,
  };
  const { admission: _admission, cause: _cause, ...without } = rowWithoutRequest(object, word);
  const row: ObjectRow =
    fact === null
      ? { kind: 'object', ...without, changes, basis }
      : { kind: 'object', ...fact.row, did: { verb: fact.row.did.verb, word }, object, changes, basis };
  const { gist, lines } = roleDiff(change.before, change.after);
  const name = [object.namespace, kubectlName(RBAC_GROUP, resourceOf(id.kind)), object.name].filter(
    (one) => one !== null,
  );
  const risks = risksOfRole(change);
  const because =
    cause !== null && fact !== null && cause !== fact && !isHousekeeping ? becauseOf(deedName(cause)) : '';
  const text = `${PAST[word] ?? word} ${name.join('/')}${gist === null ? '' : `: ${clean(gist)}`}${because}`;
  const more = [...lines.map(clean), ...otherLines(changes, word), ...toldLess(basis, change, lines)];
  return drawn(row, {
    when: row.when,
    who: fact === null ? '?' : whoText(fact.row.who),
    what: [text, ...more],
    brief: null,
    via: null,
    briefVia: null,
    risks,
    briefRisks: null,
    tone: risks.length > 0 ? 'bad' : 'plain',
    from: row.from.ip,
    name: `${kubectlName(RBAC_GROUP, resourceOf(id.kind))}/${object.name}`,
  });
}

/** What is dangerous in what a role says since: whom it is bound to, the log need not hold. */
function risksOfRole({ id, before, after }: Deed['change']): readonly Risk[] {
  if (after?.kind !== 'role') return [];
  const was = before?.kind === 'role' ? before : null;
  const added = beyond(after.rules ?? [], was?.rules ?? []);
  const found = new Set(compact(added).flatMap((rule) => [...dangersOf(rule, id.namespace === null)]));
  const isFlowing = id.kind === 'ClusterRole' && flowsOn({ kind: id.kind, name: id.name }, after.labels);
  if (isFlowing && (added.length > 0 || was?.labels !== after.labels)) found.add('aggregated');
  return (Object.keys(RISKS) as Risk[]).filter((risk) => found.has(risk));
}

function deedName({ row }: NonNullable<Deed['cause']>): string {
  return `${whoText(row.who)} deleted namespace ${row.object.name ?? '?'}`;
}

function becauseOf(deed: string): string {
  return ` (${deed})`;
}

const PAST: Readonly<Record<string, string>> = {
  create: 'created',
  delete: 'deleted',
  change: 'changed',
  'not in the log': 'not in the log: a change of',
};

function wordOf({ change }: Deed): string {
  if (change.after === null) return 'delete';
  return change.before === null ? 'create' : 'change';
}

/** What the role or binding says is told by its own lines. */
const OWN_LINES = /^(?:rules|subjects|roleRef|aggregationRule|apiVersion|kind)(?:[.[]|$)/;

function otherLines(changes: readonly Change[], word: string): readonly string[] {
  if (word === 'delete') return [];
  const isMaking = word === 'create';
  return changes
    .filter(({ path }) => !OWN_LINES.test(path) && (!isMaking || path.startsWith('metadata.labels')))
    .map(changeText);
}

function toldLess(
  basis: Step['basis'],
  { before, after }: Deed['change'],
  lines: RoleDiff['lines'],
): readonly string[] {
  if (basis !== 'fact' || before === null || after === null || lines.length > 0) return [];
  return ['what it changed, the log does not hold'];
}

function placeOf(id: RbacId) {
  return {
    schema: schemaOf({ group: RBAC_GROUP, version: 'v1', kind: id.kind }),
    resource: resourceOf(id.kind),
    subresource: null,
  };
}

/** `times`: that the same was refused, when one row tells of all. */
export function refusedRow({ fact, missing }: Refused, times: number): RefusedRow {
  const row: RefusedRow = { kind: 'refused', ...fact.row, missing };
  const { group, resource, namespace, name } = row.object;
  const isActing = missing.startsWith('to act as ');
  const type = kubectlName(group ?? '', resource ?? '');
  const object = [namespace, type, name].filter((part) => part !== null).join('/');
  const what = isActing ? missing : `to ${row.did.verb} ${object}`;
  return drawn(row, {
    when: row.when,
    who: whoText(row.who),
    what: [`refused ${what}${times > 1 ? ` (${times} times)` : ''}`, ...(isActing ? [] : [missing])],
    brief: null,
    via: null,
    briefVia: null,
    risks: [row.result.deniedBy ?? ''],
    briefRisks: null,
    tone: row.result.deniedBy === 'escalation' ? 'bad' : 'plain',
    from: row.from.ip,
    name: `${type}/${name ?? ''}`,
  });
}
