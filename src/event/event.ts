/**
 * What the API server wrote down: one audit event (audit.k8s.io/v1), one stage of one request.
 * Types and their meaning only. Decoding is decode.ts's, joining the stages into a request assembler.ts's.
 */

export type Level = 'Metadata' | 'Request' | 'RequestResponse';
export type Stage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';

export interface UserInfo {
  readonly username: string;
  readonly uid: string | null;
  readonly groups: readonly string[];
  /** `user.extra`: credential id, pod and node of a token, EKS session names, … */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export interface ObjectRef {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string | null;
  readonly resource: string;
  readonly subresource: string | null;
  /** Null for cluster-scoped objects and for lists over all namespaces. */
  readonly namespace: string | null;
  /** Null for lists, deletecollection, and creation with generateName. */
  readonly name: string | null;
  readonly uid: string | null;
  /** What the client demanded as precondition; never the result. */
  readonly resourceVersion: string | null;
}

export interface ResponseStatus {
  readonly code: number | null;
  readonly status: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** Where in its source a record stood, for messages: a file (or stream) and a line, counted from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
}

/** Why part of an event is missing, and which parts; null for a whole event. */
export interface Cut {
  readonly why: 'line cut' | 'line too long' | 'reconstructed';
  /** Top-level fields, and `user.groups`, that could not be had although the original had them, or may have. */
  readonly lost: readonly string[];
}

export interface AuditEvent {
  readonly auditID: string;
  readonly level: Level;
  readonly stage: Stage;
  readonly verb: string;
  readonly requestURI: string;
  /** Null when nobody could be authenticated (401: `user: {}`). */
  readonly user: UserInfo | null;
  readonly impersonatedUser: UserInfo | null;
  /** X-Forwarded-For…, X-Real-Ip, remote: all but the last can be set by the client. */
  readonly sourceIPs: readonly string[];
  readonly userAgent: string | null;
  /** Null for non-resource URLs. */
  readonly objectRef: ObjectRef | null;
  readonly responseStatus: ResponseStatus | null;
  /** Undefined when the level has no bodies, or they were cut or left out. Never what was stored: pre-admission. */
  readonly requestObject: unknown;
  /** May be a Status, a Table, a list, or the object. */
  readonly responseObject: unknown;
  readonly annotations: Readonly<Record<string, string>>;
  /** Microseconds since the epoch; the same in all stages of a request. Null when the record was cut before it. */
  readonly receivedUs: number | null;
  readonly stageUs: number | null;
  /** As written, or as put into RFC 3339 with microseconds where the record had another form. */
  readonly requestReceivedTimestamp: string | null;
  readonly stageTimestamp: string | null;

  /** The event as audit.k8s.io/v1 JSON: the original's own fields, in its order. For --where and -o raw. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Which log it stands in: one API server's, as far as the files tell. */
  readonly source: string;
  readonly position: Position;
  readonly cut: Cut | null;
}

/** A record that is no event, or not a whole one. Travels in the stream; never ends a run. */
export interface Reject {
  readonly source: string;
  readonly position: Position;
  readonly reason:
    | 'not JSON'
    | 'line cut'
    | 'line too long'
    | 'no audit event'
    | 'too deep'
    | 'bad field'
    | 'lost by a forwarder';
  /** What could be read of it. A salvaged event takes part in the answer; what is lost of it is in its `cut`. */
  readonly salvaged: AuditEvent | null;
  /** At the very end of a file without a newline: a live file's half-written line. No gap. */
  readonly isUnfinishedTail: boolean;
}
