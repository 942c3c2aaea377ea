/**
 * metadata.generation is counted up with each change of what is asked for: what no logged request can have counted up, was
 * done by one that is not in the log.
 */
import { at, isList, isMap } from './json-tree.ts';
import { isCreation, isEffective, type Logged } from './logged.ts';

export class Generations {
  /** The last one known, and how many requests since can have counted it up. */
  #known: number | null = null;
  #since = 0;

  /** The object ended, or nothing is known of it any more. */
  forget(): void {
    this.#known = null;
    this.#since = 0;
  }

  /**
   * How many steps no event accounts for; null: not known. `shown`: of the answer. `underWay`: deletions that stand later and
   * had begun: one is written down in two steps, and this may have come between.
   */
  after(logged: Logged, shown: number | null, underWay: number): number | null {
    const { head } = logged;
    if (isCreation(head)) {
      this.#known = 0;
      this.#since = 0;
    }
    const steps = isEffective(head) ? mostSteps(logged) : 0;
    // Shown as it was before.
    const isListed = head.shows === 'listed';
    const unlogged = shown === null ? null : this.#show(shown, (isListed ? 0 : steps) + underWay);
    if (isListed || shown === null) this.#since += steps;
    return unlogged;
  }

  #show(shown: number, steps: number): number | null {
    const unlogged = this.#known === null ? null : Math.max(0, shown - this.#known - this.#since - steps);
    this.#known = shown;
    this.#since = 0;
    return unlogged;
  }
}

/** One request is one step at most. */
function mostSteps({ head, bodies }: Logged): number {
  if (head.subresource === 'status' || head.subresource === 'approval' || head.subresource === 'finalize')
    return 0;
  return touchesMetadataOnly(bodies.request) ? 0 : 1;
}

/** Labels count for EndpointSlices and annotations for Deployments: only what counts nowhere is left. */
function touchesMetadataOnly(request: unknown): boolean {
  if (isList(request)) return request.length > 0 && request.every((one) => UNCOUNTED.test(pathOf(one)));
  if (!isMap(request) || Object.keys(request).length === 0) return false;
  const metadata = at(request, 'metadata');
  return (
    isMap(metadata) &&
    Object.keys(request).every((name) => name === 'metadata') &&
    Object.keys(metadata).every((name) => UNCOUNTED.test(`/metadata/${name}`))
  );
}

const UNCOUNTED = /^\/metadata\/(?:finalizers|ownerReferences|resourceVersion|uid|managedFields)(?:\/|$)/;

function pathOf(operation: unknown): string {
  const path = at(operation, 'path');
  return typeof path === 'string' ? path : '';
}
