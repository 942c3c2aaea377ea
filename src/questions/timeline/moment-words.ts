/** A request of a timeline in words: what it did, or tried to do, and to what. */
import type { CauseChain } from '../cause-chain/cause-chain.ts';
import { tookEffect } from '../fact/effect.ts';
import type { Fact } from '../fact/fact.ts';
import type { RequestRow } from '../fact/request-row.ts';
import { tellsSubresource } from '../fact/word-of.ts';
import { type EffectWords, effectWords } from '../who-did/effect-words.ts';
import { objectText, whoText } from '../who-did/who-did-row.ts';

export interface MomentWords {
  /** `shop/deploy/web scaled 5→3`, `tried to delete shop/cm/ledger`. */
  readonly what: string;
  /** Without the namespace that was asked about. */
  readonly brief: string;
  readonly result: EffectWords;
}

const PAST: Readonly<Record<string, string>> = {
  get: 'read',
  list: 'listed',
  watch: 'watched',
  exec: 'entered (exec)',
  attach: 'attached to',
  'port-forward': 'port forwarded',
  logs: 'logs read',
  debug: 'debugged',
  approve: 'approved',
  schedule: 'scheduled',
};

/** `here`: the namespace that was asked about; null: all. */
export function momentWords(fact: Fact, chain: CauseChain, here: string | null): MomentWords {
  const result = effectWords({ fact, word: fact.row.did.word, link: null, why: null });
  const isHere = here !== null && fact.row.object.namespace === here;
  const what = whatWords(fact, chain, result.detail, false);
  return { what, brief: isHere ? whatWords(fact, chain, result.detail, true) : what, result };
}

export function momentText(fact: Fact, { what, result }: MomentWords): string {
  return `${whoText(fact.row.who)}: ${what} (${result.full})`;
}

function whatWords(fact: Fact, chain: CauseChain, detail: string | null, isHere: boolean): string {
  const { word, verb } = fact.row.did;
  const object = objectText(isHere ? placeless(fact.row) : fact.row);
  const isScale = detail?.startsWith('to ') === true;
  if (fact.effect === 'dry run')
    return `dry run: ${word} ${object}${isScale ? ` ${detail?.split(',')[0]}` : ''}`;
  if (!tookEffect(fact.effect)) return `tried to ${word} ${object}${isScale ? ` ${detail}` : ''}`;
  if (Object.hasOwn(PAST, word)) return `${object} ${PAST[word]}`;
  if (fact.row.object.resource === null || isOfSubresource(fact)) return `${object} ${verb}`;
  const space = isHere || fact.row.object.namespace === null ? '' : `${fact.row.object.namespace}/`;
  const told = chain.wordsFor(fact).what.replace(/^(?:a token of )?/, `$&${space.replaceAll('$', '$$$$')}`);
  return `${told}${detail === null || isScale ? '' : `, ${detail}`}`;
}

function placeless(row: RequestRow): RequestRow {
  return { ...row, object: { ...row.object, namespace: null } };
}

/** That a chain has no words of its own for. */
function isOfSubresource({ row }: Fact): boolean {
  const { subresource } = row.object;
  return subresource !== null && !tellsSubresource(row.did.word);
}
