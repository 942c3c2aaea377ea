/** What deeds led to, in lines for people: one for all, or with --effects one for each. */
import { kubectlName } from '../../event/resource-names.ts';
import { isOneObject } from '../../query/object-query.ts';
import { actorName } from '../cause-chain/actor-name.ts';
import type { Effect } from '../cause-chain/cause.ts';
import type { CauseChain } from '../cause-chain/cause-chain.ts';
import { wordsOf } from '../cause-chain/chain-text.ts';
import { tookEffect } from '../fact/effect.ts';
import { type Deed, isWrite } from './deed.ts';
import type { WhoDidParams } from './who-did.ts';

/** Of one object, or where it was asked for; what is a row of its own is told already. */
export function ledTo(
  { object, wantsEffects }: WhoDidParams,
  shown: readonly Deed[],
  chain: CauseChain,
): readonly string[] {
  if (!wantsEffects && !isOneObject(object)) return [];
  const told = new Set(shown.map(({ fact }) => fact.row.auditID));
  const done = shown.filter(({ fact }) => tookEffect(fact.effect) && isWrite(fact));
  const effects = done
    .flatMap(({ fact }) => chain.effectsOf(fact))
    .filter(({ auditID }) => !told.has(auditID));
  const distinct = new Map(effects.map((effect) => [`${effect.auditID} ${effect.when}`, effect]));
  return linesOf([...distinct.values()], wantsEffects && done.length > 0);
}

/** Lines with --effects; of more the rest is counted. */
const LINES = 40;

function linesOf(effects: readonly Effect[], isWhole: boolean): readonly string[] {
  if (effects.length === 0) return isWhole ? ['nothing that was read'] : [];
  if (!isWhole) {
    // A kubelet's final delete only completes what is told already.
    const told = effects.filter(({ who }) => who.kind !== 'node');
    return told.length === 0 ? [] : [`${summary(told)}  --effects`];
  }
  const told = sweepsTogether(effects);
  const lines = told.slice(0, LINES).map(lineOf);
  return told.length > LINES ? [...lines, `and ${told.length - LINES} more (-o json)`] : lines;
}

type Together = readonly [Effect, ...Effect[]];

/** A namespace is emptied type by type, some types several times: told once, where it began. */
function sweepsTogether(effects: readonly Effect[]): readonly Together[] {
  const sweeps = new Map<string, [Effect, ...Effect[]]>();
  const all: [Effect, ...Effect[]][] = [];
  for (const effect of effects) {
    const { did, depth, link, why, who } = effect;
    const key = JSON.stringify([did.verb, depth, link, why, actorName(who)]);
    const known = did.verb === 'deletecollection' ? sweeps.get(key) : undefined;
    if (known !== undefined) {
      known.push(effect);
      continue;
    }
    const its: [Effect, ...Effect[]] = [effect];
    sweeps.set(key, its);
    all.push(its);
  }
  return all;
}

function lineOf(effects: Together): string {
  const [first] = effects;
  const at = first.when === null ? '' : `${first.when.replace(/\.\d+Z$/, 'Z')} `;
  const types = new Set(effects.map(({ object }) => object.resource));
  const words =
    effects.length === 1
      ? wordsOf(first)
      : `whole collections of ${types.size} types deleted by ${actorName(first.who)}, in ${effects.length} requests`;
  return `${at}${'  '.repeat(first.depth - 1)}${words} (${first.link}: ${first.why})`;
}

/** `4 follow-ups: generic-garbage-collector deleted rs/api-8488bbd68 and 3 pods (proven)`. */
function summary(effects: readonly Effect[]): string {
  const byAct = new Map<string, Effect[]>();
  for (const effect of effects) {
    const act = `${actorName(effect.who)} ${PAST[effect.did.verb] ?? effect.did.verb}`;
    byAct.set(act, [...(byAct.get(act) ?? []), effect]);
  }
  const acts = [...byAct].map(([act, its]) => `${act} ${objectsText(its)}`);
  const shown = acts.slice(0, 3).join('; ');
  const more = acts.length > 3 ? `; and ${acts.length - 3} more kinds` : '';
  const isProven = effects.every(({ link }) => link === 'proven');
  const count = effects.length === 1 ? '1 follow-up' : `${effects.length} follow-ups`;
  return `${count}: ${shown}${more} (${isProven ? 'proven' : 'likely'})`;
}

const PAST: Readonly<Record<string, string>> = {
  create: 'created',
  delete: 'deleted',
  deletecollection: 'deleted whole',
  patch: 'changed',
  update: 'changed',
};

/** Types told by name. */
const TYPES = 4;

/** One of a type by its name, several by their number. */
function objectsText(effects: readonly Effect[]): string {
  const byType = new Map<string, Set<string>>();
  for (const { object } of effects) {
    const type = object.resource ?? '';
    const names = byType.get(type) ?? new Set<string>();
    byType.set(type, names.add(object.name ?? ''));
  }
  const texts = [...byType].map(([type, names]) => {
    const [only = ''] = names;
    const group = effects.find(({ object }) => object.resource === type)?.object.group ?? '';
    if (names.size > 1) return `${names.size} ${type}`;
    return only === '' ? type : `${kubectlName(group, type)}/${only}`;
  });
  if (texts.length > TYPES) return `${effects.length} times, in ${texts.length} types`;
  const last = texts.pop() ?? '';
  return texts.length === 0 ? last : `${texts.join(', ')} and ${last}`;
}
