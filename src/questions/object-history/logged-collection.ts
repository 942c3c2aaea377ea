/** A request that may have deleted any object of its place → what is kept of it. */
import type { AuditRequest } from '../../event/request.ts';
import { queryOf, targetOf } from '../../event/target.ts';
import { effectOf } from '../fact/effect.ts';
import { at } from './json-tree.ts';
import { type Logged, NO_BODIES } from './logged.ts';
import { headOf, itemsOf, NO_ANSWER } from './logged-request.ts';
import { sameObject } from './object-id.ts';

export interface LoggedCollection extends Logged {
  readonly place: {
    readonly group: string;
    readonly resource: string;
    /** Null: everywhere. */
    readonly namespace: string | null;
  };
  readonly labelSelector: string | null;
  readonly fieldSelector: string | null;
}

/** Null: it is none, or it had no effect, or its answer lists what it took. */
export function loggedCollection(request: AuditRequest): LoggedCollection | null {
  const { event } = request;
  if (!event.verb.startsWith('delete') || effectOf(request) !== 'done') return null;
  const { group, resource, subresource, namespace, name } = targetOf(event);
  if (group === null || resource === null || subresource !== null) return null;
  const head = headOf(request, NO_ANSWER);
  const bodies =
    event.requestObject === undefined ? NO_BODIES : { ...NO_BODIES, request: event.requestObject };
  if (event.verb === 'delete') {
    const dot = name?.indexOf('.') ?? -1;
    if (resource !== 'customresourcedefinitions' || name === null || dot < 0) return null;
    // The name of a CRD is that of its resource and group.
    const place = { group: name.slice(dot + 1), resource: name.slice(0, dot), namespace: null };
    const own = { verb: 'deletecollection', uid: null, resourceVersion: null };
    return {
      head: { ...head, ...own, fate: 'asked', subresource: CRD },
      bodies,
      place,
      labelSelector: null,
      fieldSelector: null,
    };
  }
  if (itemsOf(event.responseObject) !== null) return null;
  const query = queryOf(event);
  return {
    head: { ...head, fate: 'asked', uid: null, resourceVersion: null },
    bodies,
    place: sameObject({ group, resource, namespace, name: '' }),
    labelSelector: query.get('labelSelector') ?? textAt(event.requestObject, 'labelSelector'),
    fieldSelector: query.get('fieldSelector') ?? textAt(event.requestObject, 'fieldSelector'),
  };
}

/** Stands as subresource of a step: the object went with its type. */
export const CRD = 'customresourcedefinition';

function textAt(value: unknown, name: string): string | null {
  const text = at(value, name);
  return typeof text === 'string' ? text : null;
}
