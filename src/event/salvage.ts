/**
 * A cut event's text → what can still be read of it. Whatever is not recovered is named in `cut.lost`; finding the cut is
 * scan's, and what the loss means for an answer coverage's.
 */
import { type DecodeContext, eventOf, textOf } from './decode.ts';
import type { AuditEvent } from './event.ts';
import { completeFields, fieldsOfTail } from './fields-of-text.ts';
import { toV1 } from './old-versions.ts';

/**
 * Every complete top-level field before the cut; with `tail`, the end of a line whose middle was left out, also the fields
 * after the bodies, if the tail parses exactly to the closing brace. Null when the auditID cannot be read. Never throws.
 */
export function salvage(text: string, tail: string | null, context: DecodeContext): AuditEvent | null {
  const start = text.indexOf('{');
  if (start < 0) return null;
  const head = completeFields(text, start);
  if (textOf(head.get('auditID')) === null) return salvageQuoted(text, context);
  const end = tail === null ? null : fieldsOfTail(tail);
  const fields = new Map([...head, ...(end ?? [])]);
  const json = toV1(Object.fromEntries(fields));
  const lost = lostFields([...head.keys()], end === null ? null : [...end.keys()]);
  const why = context.cut?.why ?? (tail === null ? 'line cut' : 'line too long');
  return eventOf(json, {
    ...context,
    cut: { why, lost: [...new Set([...(context.cut?.lost ?? []), ...lost])] },
  });
}

/** Top-level fields of audit.k8s.io/v1 in the order in which Go writes them (apis/audit/v1/types.go). */
const FIELD_ORDER: readonly string[] = [
  'kind',
  'apiVersion',
  'level',
  'auditID',
  'stage',
  'requestURI',
  'verb',
  'user',
  'impersonatedUser',
  'authenticationMetadata',
  'sourceIPs',
  'userAgent',
  'objectRef',
  'responseStatus',
  'requestObject',
  'responseObject',
  'requestReceivedTimestamp',
  'stageTimestamp',
  'annotations',
];

/** In the server's order, a field missing among those that were read was never there; in any other it may have been cut. */
function lostFields(head: readonly string[], tail: readonly string[] | null): string[] {
  const read = new Set([...head, ...(tail ?? [])]);
  const missing = FIELD_ORDER.filter((name, at) => at > 1 && !read.has(name));
  if (!isInOrder([...head, ...(tail ?? [])])) return missing;
  const last = FIELD_ORDER.indexOf(head.at(-1) ?? '');
  const [firstOfTail] = tail ?? [];
  const next = firstOfTail === undefined ? FIELD_ORDER.length : FIELD_ORDER.indexOf(firstOfTail);
  return missing.filter((name) => FIELD_ORDER.indexOf(name) > last && FIELD_ORDER.indexOf(name) < next);
}

function isInOrder(names: readonly string[]): boolean {
  let last = -1;
  for (const name of names) {
    const at = FIELD_ORDER.indexOf(name);
    if (at <= last) return false;
    last = at;
  }
  return true;
}

/** The event as text inside of a record that was itself cut: `{"log":"{\"kind\":\"Event\",…`. */
function salvageQuoted(text: string, context: DecodeContext): AuditEvent | null {
  const id = text.indexOf('\\"auditID\\"');
  const start = id < 0 ? -1 : text.indexOf('{\\"');
  if (start < 0 || start > id) return null;
  const inner = unquote(text.slice(start));
  return inner === null ? null : salvage(inner, null, context);
}

/** As far as the string literal goes that `text` is the inside of; null when it is none. */
function unquote(text: string): string | null {
  let end = 0;
  while (end < text.length && text[end] !== '"' && text.charCodeAt(end) >= 0x20) {
    const isEscape = text[end] === '\\';
    const length = isEscape ? (text[end + 1] === 'u' ? 6 : 2) : 1;
    if (end + length > text.length) break;
    end += length;
  }
  try {
    const value: unknown = JSON.parse(`"${text.slice(0, end)}"`);
    return textOf(value);
  } catch {
    return null;
  }
}
