/** rbac-diff's sentence, and the commands to try next. */
import { flagText } from '../../event/shell.ts';
import { whoText } from '../who-did/who-did-row.ts';
import { wantedUnnamed } from './asked-for.ts';
import type { Told } from './rbac-diff-answer.ts';
import { idKey, isRole } from './rbac-object.ts';
import type { RightChange } from './right-changes.ts';
import { countOfRights, placeWords, ruleWords } from './right-words.ts';
import { compact } from './rights.ts';
import { subjectKey, subjectText } from './subject.ts';

export function sentence(told: Told): string {
  return (
    [
      changedWords(told),
      ...chiefWords(told),
      ...othersWords(told),
      ...unnamedWords(told),
      ...refusedWords(told),
    ].join('; ') + basisWords(told)
  );
}

function changedWords(told: Told): string {
  const ids = told.entries.flatMap(({ deed }) =>
    deed === null || deed.isHousekeeping ? [] : [deed.change.id],
  );
  const count = (isOne: (id: (typeof ids)[number]) => boolean) => new Set(ids.filter(isOne).map(idKey)).size;
  const roles = count((id) => isRole(id.kind));
  const bindings = count((id) => !isRole(id.kind));
  if (roles + bindings === 0) return nothingWords(told);
  const parts = [
    ...(bindings === 0 ? [] : [bindings === 1 ? '1 binding' : `${bindings} bindings`]),
    ...(roles === 0 ? [] : [roles === 1 ? '1 role' : `${roles} roles`]),
  ];
  return `${parts.join(' and ')} ${told.params.isNet ? (roles + bindings === 1 ? 'differs' : 'differ') : 'changed'}`;
}

function nothingWords(told: Told): string {
  const { params, coverage, found, judgement } = told;
  const { namespace, subject } = params;
  const about = `${namespace === null ? '' : ` in ${namespace}`}${subject === null ? '' : ` for ${subject.text}`}`;
  const isNarrowed = judgement.deeds.length > 0 || found.refused().length > 0;
  if (!isNarrowed && (coverage.from === null || coverage.witness === 0)) {
    const why = coverage.from === null ? 'nothing of that time' : 'no write of a role or binding';
    return `this log cannot tell whether any rights changed${about}: it holds ${why}`;
  }
  const span =
    coverage.from === null ? '' : ` between ${short(coverage.from)} and ${short(coverage.to ?? '')}`;
  const isAll = coverage.complete && wantedUnnamed(told).length === 0;
  const doubt = isAll ? '' : ' in what was read, which is not all';
  return `no role or binding ${params.isNet ? 'differs' : 'changed'}${about}${span}${doubt}`;
}

/** The gain that is most dangerous. */
function chiefWords({ chief, lasts }: Told): string[] {
  if (chief === null) return [];
  const { change, deed } = chief;
  const { subject, rights, grant } = change;
  const { binding, role } = grant;
  const what = rights === null ? `what ${role?.name ?? 'its role'} allows` : gist(change);
  const via = `${binding.kind} ${binding.name}${role === null ? '' : ` → ${role.kind} ${role.name}`}`;
  const by = deed.cause === null ? 'by nobody in the log' : `by ${whoText(deed.cause.row.who)}`;
  const gone = lasts(change) ? '' : ', and lost it again';
  return [`${subjectText(subject)} gained ${what} ${placeWords(grant.namespace)} (${via}), ${by}${gone}`];
}

const GIST = 3;

function gist({ rights, isAll, grant }: RightChange): string {
  const rules = compact(rights ?? []);
  const words = ruleWords(rules).replace(/^do everything/, 'everything');
  if (rules.length <= GIST || words === 'everything') return words;
  return isAll && grant.role !== null ? `all of ${grant.role.name}` : `${countOfRights(rules)} rights`;
}

function othersWords(told: Told): string[] {
  const rights = told.entries.flatMap((entry) => (entry.deed?.isByItself === true ? [] : entry.rights));
  const subjects = (op: RightChange['op']) =>
    new Set(rights.filter((one) => one.op === op).map(({ subject }) => subjectKey(subject))).size;
  const [gained, lost] = [subjects('gained'), subjects('lost')];
  if (gained <= 1 && lost === 0) return [];
  const of = (count: number) => (count === 1 ? '1 subject' : `${count} subjects`);
  if (gained > 0 && lost > 0) return [`in all ${of(gained)} gained rights, ${lost} lost some`];
  return gained > 0 ? [`in all ${of(gained)} gained rights`] : [`${of(lost)} lost rights`];
}

function unnamedWords(told: Told): string[] {
  const count = wantedUnnamed(told).length;
  if (count === 0) return [];
  return [
    count === 1
      ? 'what 1 deletion of many at once took, the log does not tell'
      : `what ${count} deletions of many at once took, the log does not tell`,
  ];
}

function refusedWords({ entries }: Told): string[] {
  const refused = entries.filter((one) => one.refused !== null);
  const escalations = refused.filter((one) => one.refused?.fact.row.result.deniedBy === 'escalation').length;
  if (refused.length === 0) return [];
  const others = refused.length - escalations;
  const counted = (count: number, what: string) =>
    count === 0 ? [] : [count === 1 ? `1 ${what} was refused` : `${count} ${what}s were refused`];
  return [...counted(escalations, 'escalation'), ...counted(others, 'other attempt')];
}

function basisWords({ live }: Told): string {
  return live === null ? ' (by the log alone)' : ' (from the live roles and bindings, walked back)';
}

const NEXT = 3;

export function nextCommands(told: Told): string[] {
  const { params, entries, chief } = told;
  const command = (words: string) => `${params.calledAs} ${words}${params.sameWindow}${params.sameLogs}`;
  const name = chief === null ? null : subjectText(chief.change.subject);
  const by = name === null || name.includes('*') ? [] : [name];
  const isUndecided = entries.length === 0 && (params.namespace !== null || params.subject !== null);
  return [
    ...by.map((who) => command(`who-did touch -A${flagText('by', who)}`)),
    ...(params.subject === null ? by.map((who) => command(`rbac-diff${flagText('subject', who)}`)) : []),
    ...(entries.some((one) => one.refused !== null) ? [command('failed-auth -A')] : []),
    ...(isUndecided ? [command('rbac-diff')] : []),
  ].slice(0, NEXT);
}

/** To the second; rows have the rest. */
function short(at: string): string {
  return at.replace(/\.\d+Z$/, 'Z');
}
