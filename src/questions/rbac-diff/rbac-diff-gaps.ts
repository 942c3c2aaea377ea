/** What rbac-diff adds to the coverage: what could be missing in what it says. */
import type { Gap } from '../../event/coverage.ts';
import type { Fact } from '../fact/fact.ts';
import { whoText } from '../who-did/who-did-row.ts';
import { wantedUnnamed } from './asked-for.ts';
import { idText } from './id-text.ts';
import { type Entry, MAX_ROWS, type Told } from './rbac-diff-answer.ts';

export function gapsOf(told: Told, total: number): Gap[] {
  const { params, found, judgement, coverage, entries } = told;
  const gaps: Gap[] = [];
  const gap = (code: Gap['code'], text: string) => gaps.push({ code, text, source: null });
  const dropped = found.dropped + judgement.replay.dropped;
  if (dropped > 0)
    gap(
      'rows-bound',
      `only the newest requests were kept; ${dropped} older ones were let go: narrow it with --since`,
    );
  else if (params.limit === null && total > MAX_ROWS)
    gap(
      'rows-bound',
      `of ${total} rows only the newest ${MAX_ROWS} are told: narrow it with --since, -n or --subject`,
    );
  if (found.histories.dropped > 0)
    gap(
      'memory-bound',
      `${found.histories.dropped} states of roles and bindings were let go to save memory: what older changes gave may be unknown`,
    );
  if (coverage.witness === 0)
    gap('no-witness', 'the log holds no write of a role or binding: its policy may not log them');
  const deeds = entries.filter(({ deed }) => deed !== null);
  const cut = deeds.filter((one) => isUntold(one) && one.deed?.fact?.isCut === true);
  if (cut.length > 0)
    gap('bodies-cut', `${changesText(cut)} what was given or taken is not known: cut before it was logged`);
  const low = deeds.filter((one) => isUntold(one) && one.deed?.fact != null && !one.deed.fact.isCut);
  if (low.length > 0)
    gap(
      'level-too-low',
      `${changesText(low)} what was given or taken is not known: the log does not hold it`,
    );
  const unnamed = wantedUnnamed(told);
  if (unnamed.length > 0)
    gap(
      unnamed.every(({ isCut }) => isCut) ? 'bodies-cut' : 'level-too-low',
      `what ${unnamed.length === 1 ? '1 deletion of many at once' : `${unnamed.length} deletions of many at once`} took is not told by the log: ${some(unnamed.map(collectionText))}`,
    );
  const unlogged = deeds.filter(({ deed }) => deed?.fact === null && !deed.isHousekeeping);
  if (unlogged.length > 0)
    gap(
      'unlogged',
      `no request in what was read made ${unlogged.length === 1 ? 'the change' : `${unlogged.length} changes`} of ${namesOf(unlogged)}`,
    );
  return gaps;
}

/** It is not known of the role or binding what it gave, or gives since. */
function isUntold({ deed }: Entry): boolean {
  if (deed === null || deed.isHousekeeping) return false;
  const { before, after } = deed.change;
  return [before, after].some(
    (one) =>
      (one?.kind === 'binding' && (one.role === null || one.subjects === null)) ||
      (one?.kind === 'role' && one.rules === null),
  );
}

function changesText(entries: readonly Entry[]): string {
  const count = entries.length === 1 ? '1 change' : `${entries.length} changes`;
  return `of ${count} (${namesOf(entries)})`;
}

const SAID = 3;

function namesOf(entries: readonly Entry[]): string {
  return some(entries.flatMap(({ deed }) => (deed === null ? [] : [idText(deed.change.id)])));
}

/** `clusterrolebindings, by eve`. */
function collectionText({ target, row }: Fact): string {
  const place = target.namespace === null ? '' : ` in ${target.namespace}`;
  return `${target.resource ?? '?'}${place} by ${whoText(row.who)}`;
}

function some(texts: readonly string[]): string {
  const names = [...new Set(texts)];
  const more = names.length - SAID;
  return more > 0 ? `${names.slice(0, SAID).join(', ')} and ${more} more` : names.join(', ');
}
