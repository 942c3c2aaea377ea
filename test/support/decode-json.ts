/** A JSON object that is known to be an event → the event. */
import { decodeEvent } from '../../src/event/decode.ts';
import type { AuditEvent } from '../../src/event/event.ts';

export function decodeJson(json: unknown): AuditEvent {
  const position = { file: 'test', line: 1 };
  const event = decodeEvent(json, { source: 'test', position, recordTime: null, cut: null });
  if ('reason' in event) throw new Error(`no event: ${event.reason}: ${JSON.stringify(json)}`);
  return event;
}
