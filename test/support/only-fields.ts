/** An event of which nothing can be read but what a query asked for: a source may leave all else out. */
import type { AuditEvent } from '../../src/event/event.ts';
import type { Field, Predicate } from '../../src/query/predicate.ts';
import type { Query } from '../../src/query/query.ts';

/** What identifies a request and places it in time is always there. */
const ALWAYS: readonly string[] = [
  ...[
    'auditID',
    'verb',
    'requestURI',
    'user',
    'stage',
    'objectRef',
    'responseStatus',
    'source',
    'position',
    'cut',
  ],
  ...['receivedUs', 'stageUs', 'requestReceivedTimestamp', 'stageTimestamp'],
];
const BODIES: readonly Field[] = ['requestObject', 'responseObject'];

export function onlyFields(event: AuditEvent, query: Query): AuditEvent {
  const predicates = query.witness === null ? [query.predicate] : [query.predicate, query.witness];
  const fields = new Set([...query.fields, ...predicates.flatMap(fieldsOf)]);
  const isWhole = [...BODIES, 'annotations' as const].every((field) => query.fields.includes(field));
  const readable = new Set([...ALWAYS, ...[...fields].flatMap(propertiesOf)]);
  if (isWhole || predicates.some(hasCel)) readable.add('json');
  return new Proxy(event, {
    get(target, name, receiver) {
      if (typeof name === 'string' && name in target && !readable.has(name)) {
        throw new Error(`the query did not ask for ${name}: it asked for ${[...fields].join(', ')}`);
      }
      return Reflect.get(target, name, receiver);
    },
  });
}

export function fieldsOf(predicate: Predicate): readonly Field[] {
  switch (predicate.kind) {
    case 'all':
    case 'any':
      return predicate.of.flatMap(fieldsOf);
    case 'not':
      return fieldsOf(predicate.of);
    case 'codeBetween':
      return ['responseStatus.code'];
    case 'fromNetwork':
      return ['sourceIPs'];
    case 'cel':
      return [];
    default:
      return [predicate.field];
  }
}

/** Derived fields are put together from several. */
function propertiesOf(field: Field): readonly string[] {
  if (field.startsWith('objectRef.')) return BODIES;
  if (field === 'dryRun') return ['requestObject', 'annotations'];
  if (field === 'requestPath') return ['requestURI'];
  if (field === 'session') return ['user', 'impersonatedUser'];
  return [field.split('.')[0] ?? field];
}

function hasCel(predicate: Predicate): boolean {
  if (predicate.kind === 'all' || predicate.kind === 'any') return predicate.of.some(hasCel);
  return predicate.kind === 'not' ? hasCel(predicate.of) : predicate.kind === 'cel';
}
