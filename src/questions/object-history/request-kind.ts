/** What kind of body a request has. The type of a patch is not logged: it is told by the body and the query. */
import { at, isList, isMap } from './json-tree.ts';
import type { Head } from './logged.ts';
import type { RequestKind } from './step.ts';
import { hasDirectives } from './strategic-patch.ts';

/** `isCustom`: of a custom resource, which knows no strategic merge patch. */
export function requestKindOf(head: Head, request: unknown, isCustom: boolean): RequestKind {
  if (request === undefined || request === null) return 'unknown';
  if (head.verb.startsWith('delete') || head.subresource === 'eviction') return 'options';
  if (head.subresource === 'scale' && head.verb !== 'patch') return 'scale';
  if (head.verb === 'create' || head.verb === 'update') return 'object';
  if (isList(request)) return 'json patch';
  if (!isMap(request)) return 'unknown';
  if (isApplication(head, request)) return 'apply';
  if (isCustom || head.subresource === 'scale') return 'merge patch';
  return hasDirectives(request) ? 'strategic merge patch' : 'merge or strategic merge patch';
}

/** An applied configuration names its type and its manager; `force` is only allowed there, and no other patch makes an object. */
function isApplication({ fieldManager, saysForce, code }: Head, request: object): boolean {
  if (typeof at(request, 'apiVersion') !== 'string' || typeof at(request, 'kind') !== 'string') return false;
  if (saysForce || code === 201) return true;
  return fieldManager !== null && typeof at(request, 'metadata', 'name') === 'string';
}
