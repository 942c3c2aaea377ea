/**
 * What an API server would have logged at a lower level, told from what it logged with both bodies. apiserver's
 * pkg/audit/request.go and context.go: below RequestResponse the response's body is left out, below Request the request's too,
 * and the annotations that hold a webhook's patch; all else is the same, what objectRef learned from the body included.
 */
import { createHash } from 'node:crypto';

export type Level = 'RequestResponse' | 'Request' | 'Metadata';

export interface LoggedEvent {
  readonly level: string;
  readonly auditID: string;
  readonly verb: string;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const LEVELS: readonly Level[] = ['RequestResponse', 'Request', 'Metadata'];

/** Never raises the level: what was logged at a lower one stays as it is. */
export function atLevel<E extends LoggedEvent>(event: E, level: Level): E {
  if (LEVELS.indexOf(event.level as Level) >= LEVELS.indexOf(level)) return event;
  const { responseObject: _response, ...withoutResponse } = event;
  if (level === 'Request') return { ...withoutResponse, level } as E;
  const { requestObject: _request, ...bare } = withoutResponse;
  const { annotations } = bare;
  if (annotations === undefined) return { ...bare, level } as E;
  const kept = Object.entries(annotations).filter(
    ([key]) => !key.startsWith('patch.webhook.admission.k8s.io/'),
  );
  return { ...bare, level, annotations: Object.fromEntries(kept) } as E;
}

/**
 * A log whose policy has many rules, of a server that cuts what is too long: each request at a level of its own or without
 * its bodies, by chance, but always the same. `turn`: another chance for each.
 */
export function mixed<E extends LoggedEvent>(event: E, turn = 0): E {
  const digits = createHash('sha256').update(`${turn} ${event.auditID}`).digest('hex');
  const chance = Number.parseInt(digits.slice(0, 4), 16);
  const level = LEVELS[chance % (LEVELS.length + 1)];
  return level === undefined ? truncated(event) : atLevel(event, level);
}

/** plugin/pkg/audit/truncate: both bodies go, the level stays. */
function truncated<E extends LoggedEvent>(event: E): E {
  const { requestObject, responseObject, ...rest } = event;
  if (requestObject === undefined && responseObject === undefined) return event;
  return { ...rest, annotations: { ...event.annotations, 'audit.k8s.io/truncated': 'true' } } as unknown as E;
}
