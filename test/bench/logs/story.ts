/**
 * What happens to prod's Deployment api, which the benchmark asks about: made by a pipeline, deleted by a person, made again;
 * now and then somebody may not.
 */
import { deployment } from './bodies.ts';
import { person, serviceAccount } from './inhabitants.ts';
import type { Random } from './random.ts';
import type { Request } from './request.ts';

export class Story {
  readonly #random: Random;
  /** Null: it is deleted. */
  #uid: string | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Request {
    if (this.#uid === null) {
      this.#uid = this.#random.uuid();
      return this.#made(this.#uid);
    }
    if (this.#random.oneIn(4)) return this.#deletion({ code: 403, decision: 'forbid', failed: REFUSAL });
    const responseObject = {
      ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' },
      details: { name: 'api', group: 'apps', kind: 'deployments', uid: this.#uid },
    };
    this.#uid = null;
    const requestObject = { kind: 'DeleteOptions', apiVersion: 'apps/v1', propagationPolicy: 'Background' };
    return this.#deletion({ requestObject, responseObject });
  }

  #made(uid: string): Request {
    const made = deployment(this.#random, 'prod', 'api', uid);
    return {
      ...{ verb: 'create', requestURI: `${DEPLOYMENTS}?fieldManager=argocd-controller`, code: 201 },
      ...{ user: serviceAccount(this.#random, 'argocd', 'argocd-application-controller') },
      ...{
        userAgent: 'argocd-application-controller/v0.0.0 (linux/amd64) kubernetes/$Format',
        objectRef: API,
      },
      ...{ requestObject: made, responseObject: made },
    };
  }

  /** By a person: what a program deletes makes us read again, for what set it off, which no peer does. */
  #deletion(outcome: Partial<Request>): Request {
    return {
      ...{ verb: 'delete', requestURI: `${DEPLOYMENTS}/api`, user: person(this.#random), objectRef: API },
      ...{ userAgent: 'kubectl/v1.34.4 (linux/amd64) kubernetes/5864a46', ...outcome },
    };
  }
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/prod/deployments';
const API = { resource: 'deployments', namespace: 'prod', name: 'api', apiGroup: 'apps', apiVersion: 'v1' };
const REFUSAL = { reason: 'Forbidden', message: 'deployments.apps "api" is forbidden' };
