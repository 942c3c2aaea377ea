/**
 * A line of the API server's own log as an event of which nothing is decoded before it is asked for, and bodies only for the
 * name in them of what was made: what a line is judged by before it is decoded.
 */
import { levelOf, objectRefOf, responseStatusOf, stageOf, textOf, textsOf, userOf } from '../event/decode.ts';
import type { AuditEvent, Cut, Stage } from '../event/event.ts';
import {
  AUDIT_ID,
  IMPERSONATED_USER,
  LEVEL,
  type LineHead,
  OBJECT_REF,
  REQUEST_URI,
  RESPONSE_STATUS,
  receivedOf,
  SOURCE_IPS,
  STAGE,
  USER,
  USER_AGENT,
  VERB,
} from './line-head.ts';

/** Null: no whole event as the API server writes it. Throws a SyntaxError as `LineHead` does. */
export function readEventLine(head: LineHead, bytes: Buffer, start: number, end: number): EventLine | null {
  if (!head.begin(bytes, start, end)) return null;
  const receivedUs = receivedOf(bytes, start, end);
  const stage = stageOf(head.valueOf(STAGE));
  const isWhole = stage !== null && head.isFilled(AUDIT_ID) && head.isFilled(VERB);
  return receivedUs !== null && isWhole ? new EventLine(head, stage, receivedUs) : null;
}

/** May be asked until the head's next line begins. Every field throws a SyntaxError where the line is odd. */
export class EventLine implements AuditEvent {
  readonly #head: LineHead;
  #user: AuditEvent['user'] | undefined;
  #objectRef: AuditEvent['objectRef'] | undefined;
  #responseStatus: AuditEvent['responseStatus'] | undefined;
  #bodies: Readonly<Record<string, unknown>> | undefined;
  readonly stage: Stage;
  readonly receivedUs: number;
  readonly verb: string;
  readonly cut: Cut;
  readonly annotations = NONE;
  readonly stageUs = null;
  readonly requestReceivedTimestamp = null;
  readonly stageTimestamp = null;
  readonly json = NONE;
  readonly source = '';
  readonly position = NOWHERE;

  constructor(head: LineHead, stage: Stage, receivedUs: number) {
    this.#head = head;
    this.stage = stage;
    this.receivedUs = receivedUs;
    this.verb = textOf(head.valueOf(VERB)) ?? '';
    this.cut = head.valueOf(LEVEL) === 'Metadata' ? NO_BODIES : BODIES;
  }

  /** Undefined also where it is not looked at: `cut` says that it may be there. */
  get requestObject(): unknown {
    return this.#bodiesRead.requestObject;
  }

  get responseObject(): unknown {
    return this.#bodiesRead.responseObject;
  }

  get level() {
    return levelOf(this.#head.valueOf(LEVEL));
  }

  get auditID() {
    return textOf(this.#head.valueOf(AUDIT_ID)) ?? '';
  }

  get requestURI() {
    return textOf(this.#head.valueOf(REQUEST_URI)) ?? '';
  }

  get user() {
    if (this.#user === undefined) this.#user = userOf(this.#head.valueOf(USER));
    return this.#user;
  }

  get impersonatedUser() {
    return userOf(this.#head.valueOf(IMPERSONATED_USER));
  }

  get sourceIPs() {
    return textsOf(this.#head.valueOf(SOURCE_IPS));
  }

  get userAgent() {
    return textOf(this.#head.valueOf(USER_AGENT));
  }

  get objectRef() {
    if (this.#objectRef === undefined) this.#objectRef = objectRefOf(this.#head.valueOf(OBJECT_REF));
    return this.#objectRef;
  }

  get responseStatus() {
    if (this.#responseStatus === undefined)
      this.#responseStatus = responseStatusOf(this.#head.valueOf(RESPONSE_STATUS));
    return this.#responseStatus;
  }

  /** line-head.ts's `rawAnnotations`. */
  get rawAnnotations(): string | null {
    return this.#head.rawAnnotations();
  }

  get #bodiesRead(): Readonly<Record<string, unknown>> {
    if (!this.#isNamedInBody) return NONE;
    this.#bodies ??= this.#head.bodies();
    return this.#bodies;
  }

  /** What was made has its name in the bodies only, or nowhere. */
  get #isNamedInBody(): boolean {
    if (this.verb !== 'create' || this.cut === NO_BODIES) return false;
    if (this.stage !== 'ResponseComplete' && this.stage !== 'Panic') return false;
    return this.objectRef?.name === null && this.objectRef.subresource === null;
  }
}

const NONE: Readonly<Record<string, never>> = {};
const NOWHERE = { file: '', line: 0 };
const AFTER_BODIES = ['annotations', 'stageTimestamp'];
const NO_BODIES: Cut = { why: 'line cut', lost: AFTER_BODIES };
const BODIES: Cut = { why: 'line cut', lost: ['requestObject', 'responseObject', ...AFTER_BODIES] };
