/** What rbac-diff says beside its rows: what the rule set is known from, what was left out, and what the risks mean. */
import type { Note } from '../../event/coverage.ts';
import { BUILT_IN_VERSION } from './built-in-table.ts';
import { idText } from './id-text.ts';
import type { Told } from './rbac-diff-answer.ts';
import type { Made } from './rbac-diff-rows.ts';
import { RISKS, type Risk } from './risks.ts';

export function notesOf(told: Told, made: Made): Note[] {
  const notes: Note[] = [];
  const note = (code: string, text: string) => notes.push({ code, text });
  const { judgement } = told;
  note('rule-set', ruleSetText(told));
  for (const why of told.snapshot?.missing ?? [])
    note('not-listed', `could not be read from the cluster: ${why}`);
  const assumed = assumedIn(told);
  if (assumed.length > 0)
    note(
      'assumed-roles',
      `taken to be as Kubernetes ${BUILT_IN_VERSION} ships them, since the log does not hold them: ${assumed.join(', ')}`,
    );
  const { untold } = judgement.replay;
  if (untold.size > 0)
    note(
      'untold',
      `what they gave before a change, or give after it, is not known, so nothing is said of what was gained or lost by it: ${some([...untold.values()].map(idText))}`,
    );
  if (judgement.unknownUsers.length > 0)
    note(
      'groups-unknown',
      `no request of theirs shows which groups they are in, whose rights may be theirs too: ${some(judgement.unknownUsers)}`,
    );
  if (made.folded > 0)
    note(
      'folded',
      `${made.folded} more rows (roles and bindings as such, single rights of roles with many): -o wide, or --all`,
    );
  if (made.housekeeping > 0)
    note(
      'housekeeping',
      `${made.housekeeping} changes by the cluster itself (API servers’ own roles, gathered rules) are not in the table; --all shows them`,
    );
  const short = made.rows.filter((row) => row.kind === 'right' && row.op === 'gained' && !row.lasts).length;
  if (short > 0 && !told.params.isNet)
    note(
      'gone-again',
      `${short} of the gains did not last: all of it, or part of it, was lost again before the end of what was asked about`,
    );
  for (const risk of risksIn(made).slice(0, RISKS_SAID)) note(`risk-${risk}`, `${risk}: ${RISKS[risk]}`);
  return notes;
}

const RISKS_SAID = 3;

function risksIn({ rows }: Made): readonly Risk[] {
  const found = new Set(
    rows.flatMap((row) => (row.kind === 'right' && row.op === 'gained' ? row.risks : [])),
  );
  return (Object.keys(RISKS) as Risk[]).filter((risk) => found.has(risk));
}

function ruleSetText({ live, judgement }: Told): string {
  if (live === null)
    return 'rights are judged by the roles and bindings that the log itself shows: others may have given the same all along (heldElsewhere: unknown)';
  const kinds = judgement.tracks.whole.size;
  const what =
    kinds === 4
      ? 'all roles and bindings of the cluster as they stand now'
      : 'what could be read of the cluster’s roles and bindings';
  return `rights are judged by ${what}, with the changes in the log walked back`;
}

/** Built-in roles of which the log says nothing, as far as rows hang on them. */
function assumedIn({ judgement, entries }: Told): readonly string[] {
  const { assumed } = judgement.ruleSets;
  const used = entries.flatMap(({ rights }) =>
    rights.flatMap(({ grant }) =>
      grant.role?.kind === 'ClusterRole' && assumed.has(grant.role.name) ? [grant.role.name] : [],
    ),
  );
  return [...new Set(used)].sort();
}

const SAID = 5;

function some(texts: readonly string[]): string {
  const more = texts.length - SAID;
  return more > 0 ? `${texts.slice(0, SAID).join(', ')} and ${more} more` : texts.join(', ');
}
