/** Of all that was done: which request the answer's sentence is about, and what else may have been it. */
import { WORDS } from '../../query/words.ts';
import type { Deed } from './deed.ts';
import type { Told } from './who-did-says.ts';

/** Removals are counted by what began them. */
export function beginningsOf({ params, found }: Told, done: readonly Deed[]): readonly Deed[] {
  if (params.word.name !== 'delete') return done;
  return done.filter((deed) => found.removals?.begunBy.has(deed.fact.key) !== true);
}

/**
 * The newest; of a removal what began it, for a release, a repeat or the controller of a namespace's end only carry it
 * out. Where controllers write and read all the time, the newest by anybody else.
 */
export function chiefOf(told: Told, newest: Deed, beginnings: readonly Deed[]): Deed {
  if (told.params.word.name === 'delete') return beginningOf(told, newest);
  const isBusy = BUSY.has(told.params.word.name) || !WORDS.includes(told.params.word);
  return (isBusy ? beginnings.find((deed) => !isByMachinery(deed)) : undefined) ?? newest;
}

/** A release may end what a collection began, which carried out the end of a namespace. */
function beginningOf({ found }: Told, newest: Deed): Deed {
  const passed = new Set<Deed>();
  let deed = newest;
  for (;;) {
    passed.add(deed);
    const before = found.removals?.begunBy.get(deed.fact.key);
    if (before === undefined || passed.has(before)) return deed;
    deed = before;
  }
}

const BUSY: ReadonlySet<string> = new Set(['change', 'touch', 'read', 'token']);

/** Kubernetes' own: nodes, components, and the controllers of kube-system by their names. */
function isByMachinery({ fact }: Deed): boolean {
  const { who } = fact.row;
  if (who.as !== null) return false;
  return who.kind === 'node' || who.kind === 'component' || CONTROLLER.test(who.user ?? '');
}

const CONTROLLER =
  /^system:serviceaccount:kube-system:(?:[a-z0-9-]*-controller|generic-garbage-collector|pod-garbage-collector|horizontal-pod-autoscaler|persistent-volume-binder|root-ca-cert-publisher|[a-z-]*-cleaner)$/;

/** When none is proven: what else may have taken the same object, and was not followed by its being made again. */
export function alternativesTo(told: Told, chief: Deed, beginnings: readonly Deed[]): readonly Deed[] {
  if (chief.link !== 'likely' || !['delete', 'create'].includes(told.params.word.name)) return [];
  const births = (told.found.removals?.births ?? []).filter((born) => born.atUs < chief.fact.atUs);
  const sinceUs = births.at(-1)?.atUs ?? Number.NEGATIVE_INFINITY;
  return beginnings.filter(
    (deed) =>
      deed !== chief &&
      deed.link === 'likely' &&
      deed.fact.atUs < chief.fact.atUs &&
      deed.fact.atUs > sinceUs,
  );
}
