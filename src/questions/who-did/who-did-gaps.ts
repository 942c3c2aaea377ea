/** What who-did adds to the coverage: what, by what it found and did not find, could be missing. */
import type { Coverage, Gap } from '../../event/coverage.ts';
import type { Word } from '../../query/words.ts';
import type { Fact } from '../fact/fact.ts';
import type { KeptFacts } from '../fact/kept-facts.ts';
import type { Deed } from './deed.ts';
import type { Deeds } from './deeds.ts';
import { whoText } from './who-did-row.ts';

interface Asked {
  readonly params: { readonly word: Word };
  readonly kept: KeptFacts;
  /** All that was found had to be kept for the answer to be right. */
  readonly isKept: boolean;
  readonly coverage: Coverage;
  readonly hasDeed: boolean;
}

export function gapsOf({ params: { word }, kept, isKept, coverage, hasDeed }: Asked, found: Deeds): Gap[] {
  const gaps: Gap[] = [];
  const gap = (code: Gap['code'], text: string) => gaps.push({ code, text, source: null });
  const passing = (facts: readonly Fact[]) => facts.filter((fact) => kept.passes(fact));
  if (isKept && kept.dropped > 0)
    gap(
      'rows-bound',
      `only the newest ${kept.size} requests were kept; ${kept.dropped} older ones were let go: narrow it, or ask for them with --until`,
    );
  if (!hasDeed && coverage.witness === 0) {
    gap('no-witness', 'the log holds no request of this kind on this resource: its policy may not log them');
  }
  const unsure = passing(found.unsure).length;
  const cut = passing(found.unsure).filter((fact) => fact.isCut).length;
  if (unsure > cut && word.name !== 'create')
    gap(
      'level-too-low',
      `${unsure - cut} could have been it: the log does not hold what ${unsure - cut === 1 ? 'it' : 'they'} changed`,
    );
  if (cut > 0 && word.name !== 'create')
    gap('bodies-cut', `${cut} could have been it: cut before they were logged`);
  if (unsure > 0 && word.name === 'create' && !hasDeed)
    gap('generated-names', `${unsure} created with a generated name that is not in the log`);
  const unknown = found.deeds.filter((deed) => deed.fact.effect === 'unknown' && kept.passes(deed.fact));
  if (unknown.length > 0 && word.name !== 'touch')
    gap(
      'outcome-unknown',
      `of ${unknown.length} the log does not hold the outcome, or the API server did not know it: ${listed(unknown)}`,
    );
  for (const fact of found.removals?.unlogged ?? []) {
    const when = fact.row.when ?? 'an unknown time';
    const how = fact.isCreation
      ? `made again at ${when} without having been removed`
      : `by its uid another object of that name at ${when}, and no removal of the one before`;
    gap('unlogged', `${how}: a removal is missing from what was read`);
  }
  for (const fact of found.removals?.doubted ?? []) {
    gap(
      'unlogged',
      `written to after it was removed at ${fact.row.when ?? 'an unknown time'}: its making is missing from what was read, or the removal was a dry run`,
    );
  }
  const orphans = passing(found.removals?.orphans ?? []);
  const completions = orphans.filter((fact) => fact.isKubeletCompletion && !hasDeed).length;
  if (completions > 0)
    gap(
      'unlogged',
      `${completions} ${completions === 1 ? 'deletion was' : 'deletions were'} completed by a kubelet, but the request that asked for it is not in what was read`,
    );
  const releases = orphans.filter((fact) => !fact.isKubeletCompletion).length;
  if (releases > 0)
    gap(
      'unlogged',
      `${releases} ${releases === 1 ? 'deletion' : 'deletions'} ended with the last finalizer, but the request that asked for it is not in what was read`,
    );
  return gaps;
}

/** The newest three. */
function listed(deeds: readonly Deed[]): string {
  const texts = deeds
    .slice(0, 3)
    .map(({ fact, word }) => `${word} by ${whoText(fact.row.who)} at ${fact.row.when ?? '?'}`);
  return deeds.length > texts.length ? `${texts.join(', ')}, …` : texts.join(', ');
}
