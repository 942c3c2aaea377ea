/** The trade's word for what a request did, from its verb, subresource and outcome alone. */
import type { AuditEvent } from '../../event/event.ts';
import { targetOf } from '../../event/target.ts';

const BY_SUBRESOURCE: Readonly<Record<string, string>> = {
  exec: 'exec',
  attach: 'attach',
  portforward: 'port-forward',
  log: 'logs',
  eviction: 'evict',
  scale: 'scale',
  token: 'token',
  approval: 'approve',
  ephemeralcontainers: 'debug',
  binding: 'schedule',
};

/** The word says which subresource it went through. */
export function tellsSubresource(word: string): boolean {
  return Object.values(BY_SUBRESOURCE).includes(word);
}

export function wordOf(event: AuditEvent): string {
  const { subresource } = targetOf(event);
  const isReadOfScale = subresource === 'scale' && event.verb === 'get';
  if (subresource !== null && !isReadOfScale && Object.hasOwn(BY_SUBRESOURCE, subresource)) {
    return BY_SUBRESOURCE[subresource] ?? event.verb;
  }
  if (subresource !== null) return `${event.verb} ${subresource}`;
  // Server-side apply and PUT make what was not there: patch or update, answered with 201 (kubernetes#115627).
  const makes = event.responseStatus?.code === 201 && (event.verb === 'patch' || event.verb === 'update');
  if (makes) return 'create';
  return event.verb;
}
