/** A world's requests as the API server logs them: audit events, a line each. */
import { Dice } from './dice.ts';
import { HOUR_US } from './people.ts';
import type { HourCount } from './request.ts';

/** In the order of their times. `seed`: of the moments within each hour. */
export function eventsOf(requests: readonly HourCount[], seed: number): Record<string, unknown>[] {
  const dice = Dice.of(seed, 'events', requests[0]?.hourUs ?? 0);
  const made = requests.flatMap((one) =>
    Array.from({ length: one.count }, (_, n) => {
      const atUs = one.hourUs + Math.floor(dice.part() * HOUR_US);
      const name = one.names[n % Math.max(1, one.names.length)] ?? null;
      return { atUs, event: eventOf(one, atUs, name, `${dice.from(0, 2 ** 31)}-${dice.from(0, 2 ** 31)}`) };
    }),
  );
  return made.sort((a, b) => a.atUs - b.atUs).map(({ event }) => event);
}

function eventOf(
  one: HourCount,
  atUs: number,
  name: string | null,
  auditID: string,
): Record<string, unknown> {
  const base = one.group === '' ? '/api/v1' : `/apis/${one.group}/v1`;
  const place = one.namespace === null ? '' : `/namespaces/${one.namespace}`;
  const path = [`${base}${place}/${one.resource}`, name, one.subresource]
    .filter((part) => part !== null)
    .join('/');
  const at = `${new Date(Math.floor(atUs / 1000)).toISOString().slice(0, -1)}${String(atUs % 1000).padStart(3, '0')}Z`;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID,
    stage: 'ResponseComplete',
    requestURI: path,
    verb: one.verb,
    user: { username: one.user, groups: ['system:authenticated'] },
    ...(one.as === null ? {} : { impersonatedUser: { username: one.as, groups: ['system:authenticated'] } }),
    sourceIPs: [one.ip],
    userAgent: one.agent,
    objectRef: {
      resource: one.resource,
      ...(one.namespace === null ? {} : { namespace: one.namespace }),
      ...(name === null ? {} : { name }),
      ...(one.group === '' ? {} : { apiGroup: one.group }),
      apiVersion: 'v1',
      ...(one.subresource === null ? {} : { subresource: one.subresource }),
    },
    responseStatus: { metadata: {}, code: one.verb === 'create' ? 201 : 200 },
    requestReceivedTimestamp: at,
    stageTimestamp: at,
  };
}
