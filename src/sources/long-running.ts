/**
 * How long after its receipt the last event of a wanted request can be written. A request is cut off by the server's own
 * timeout, unless it is a long-running one (watch, exec, …): those end when their client wants.
 */
import type { Note } from '../event/coverage.ts';
import type { AuditEvent } from '../event/event.ts';
import { mayMatch, verdictOf } from '../query/matches.ts';
import type { Query } from '../query/query.ts';

/**
 * Long-running requests are what is asked about: their events may lie anywhere behind the window, and before it their first.
 * The witness says what is asked about; the predicate takes in near misses too, of any kind that bears the same name. Of a
 * long-running one among those, its beginning is seen.
 */
export function asksLongRunning({ predicate, witness }: Query): boolean {
  return LONG_RUNNING.some((event) => mayMatch(event, witness ?? predicate));
}

/**
 * Whether one that still runs could be an answer: it has only begun to be answered, and not with an error. When it did so
 * before the window, nothing of it lies in what is read for the window.
 */
export function asksOpenOnes({ predicate, witness }: Query): boolean {
  return LONG_RUNNING.some((request) =>
    [200, 101].some((code) => {
      const open: AuditEvent = {
        ...request,
        stage: 'ResponseStarted',
        responseStatus: { code, status: null, reason: null, message: null, details: null },
      };
      return verdictOf(open, witness ?? predicate) !== false;
    }),
  );
}

export const STILL_RUNNING: Note = {
  code: 'still-running',
  text: 'requests (watch, exec, …) that began before the window and have not ended are not seen',
};

/** Nothing is known of a request but what makes it long-running (the API server's LongRunningRequestCheck). */
const LONG_RUNNING: readonly AuditEvent[] = [
  ...['watch', 'proxy'].map((verb) => unknownRequest({ verb, subresource: null, resource: null })),
  ...['attach', 'exec', 'log', 'portforward', 'proxy'].map((subresource) =>
    unknownRequest({ verb: null, subresource, resource: 'pods' }),
  ),
  ...['services', 'nodes'].map((resource) => unknownRequest({ verb: null, subresource: 'proxy', resource })),
];

function unknownRequest(known: {
  readonly verb: string | null;
  readonly subresource: string | null;
  readonly resource: string | null;
}): AuditEvent {
  const lost = [
    ...['auditID', 'level', 'requestURI', 'user', 'sourceIPs', 'userAgent', 'objectRef', 'stage'],
    ...['requestObject', 'responseObject', 'annotations', 'requestReceivedTimestamp', 'stageTimestamp'],
  ];
  const { verb, resource, subresource } = known;
  return {
    auditID: '',
    level: 'Metadata',
    stage: 'RequestReceived',
    verb: verb ?? '',
    requestURI: '',
    user: null,
    impersonatedUser: null,
    sourceIPs: [],
    userAgent: null,
    objectRef:
      resource === null
        ? null
        : {
            group: '',
            version: 'v1',
            resource,
            subresource,
            namespace: null,
            name: null,
            uid: null,
            resourceVersion: null,
          },
    responseStatus: null,
    requestObject: undefined,
    responseObject: undefined,
    annotations: {},
    receivedUs: null,
    stageUs: null,
    requestReceivedTimestamp: null,
    stageTimestamp: null,
    json: {},
    source: '',
    position: { file: '', line: 0 },
    cut: { why: 'line cut', lost: verb === null ? [...lost, 'verb'] : lost },
  };
}
