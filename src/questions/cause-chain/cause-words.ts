/** An entry of a chain in words: `rs/web-7f scaled 3→0 by deployment-controller`, `deploy/web restarted by alice (kubectl rollout, 10.0.3.7)`. */
import { kubectlName } from '../../event/resource-names.ts';
import type { Fact } from '../fact/fact.ts';
import { actorName } from './actor-name.ts';
import type { CauseWords } from './chain-text.ts';
import { isOfControlPlane } from './controllers.ts';
import type { LoggedFacts } from './logged-facts.ts';
import { type SpecStep, stepOf } from './spec-steps.ts';
import { thingOf } from './thing.ts';

export function causeWords(fact: Fact, log: LoggedFacts): CauseWords {
  const what = `${objectName(fact)} ${deedWords(fact, log)}`;
  const who = actorName(fact.row.who);
  return { what, full: `${what} by ${who}${throughWhat(fact)}`, brief: `${who}: ${what}` };
}

/** Where it stands goes without saying: most of a chain is in one namespace. */
function objectName({ row }: Fact): string {
  const { group, resource, name, subresource } = row.object;
  const type = kubectlName(group ?? '', resource ?? '');
  if (subresource === 'token') return `a token of ${type}/${name ?? '?'}`;
  return name === null ? (resource ?? '') : `${type}/${name}`;
}

function deedWords(fact: Fact, log: LoggedFacts): string {
  const { verb, word } = fact.row.did;
  const { subresource } = fact.target;
  if (subresource === 'eviction') return 'evicted';
  if (subresource === 'token') return 'taken';
  if (verb === 'delete')
    return fact.ties?.propagation === 'Orphan' ? 'deleted, its children left' : 'deleted';
  if (verb === 'deletecollection') return 'deleted together';
  if (fact.isCreation) return 'created';
  if (fact.asked.unschedulable === true && fact.target.resource === 'nodes') return 'cordoned';
  if (fact.asked.mayEvict && fact.target.resource === 'nodes') return 'tainted';
  const thing = thingOf(fact);
  const step = thing === null ? null : stepOf(fact, thing, log);
  if (step !== null) return stepWords(step);
  return verb === 'patch' || verb === 'update' ? 'changed' : word;
}

function stepWords({ fact, replicas, replicasBefore, changesReplicas, changesTemplate }: SpecStep): string {
  const isScale =
    fact.target.subresource === 'scale' || (changesReplicas === true && changesTemplate !== true);
  if (isScale) return `scaled${scaleText(replicasBefore, replicas)}`;
  if (changesTemplate === true && fact.asked.restartedAt !== undefined) return 'restarted';
  if (changesTemplate === true) return 'rolled out';
  return 'changed';
}

function scaleText(before: number | null, after: number | null): string {
  if (after === null) return '';
  return before === null ? ` to ${after}` : ` ${before}→${after}`;
}

/** Of whoever began it: what a reader would recognise the act by. */
function throughWhat(fact: Fact): string {
  if (isOfControlPlane(fact)) return '';
  const { from, with: agent } = fact.row;
  const program = /^[A-Za-z][\w.-]{0,30}/.exec(agent ?? '')?.[0];
  const manager = /^kubectl-[a-z-]{1,20}$/.exec(fact.fieldManager ?? '')?.[0]?.replace('-', ' ');
  const parts = [program === 'kubectl' ? (manager ?? program) : program, from.ip].filter(
    (part) => part != null,
  );
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
