/** A scheduler places a pod because it was made: the log has both, under the pod's name. */
import type { CauseChain } from '../cause-chain/cause-chain.ts';
import type { Link } from '../cause-chain/finding.ts';
import { isBefore } from '../cause-chain/in-time.ts';
import { thingOf } from '../cause-chain/thing.ts';
import type { Fact } from '../fact/fact.ts';

export function placedBecause(fact: Fact, chain: CauseChain): readonly Link[] {
  const { resource, subresource } = fact.target;
  if (resource !== 'pods' || subresource !== 'binding' || fact.effect !== 'done') return [];
  const pod = thingOf(fact);
  // The binding's uid is not the pod's.
  const facts = pod === null ? [] : chain.log.on({ ...pod, uid: null });
  const made = facts.findLast((other) => isMaking(other) && isBefore(other, fact));
  if (made === undefined) return [];
  return [{ fact: made, link: 'likely', why: 'made the pod that was placed: the same name', isMaker: false }];
}

function isMaking({ isCreation, target }: Fact): boolean {
  return isCreation && target.subresource === null;
}
