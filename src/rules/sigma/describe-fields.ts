/** The fields that a Sigma rule's author wants to see of a request: `verb=create objectRef.name=web`. */
import type { AuditEvent } from '../../event/event.ts';
import type { Field } from '../../query/predicate.ts';
import { fieldsOf } from '../event-fields.ts';
import { type Place, Refusal } from '../refusal.ts';
import { type SigmaField, sigmaField, textsOf } from './fields.ts';

export interface DescribedFields {
  readonly describe: (event: AuditEvent) => string;
  readonly fields: readonly Field[];
}

export interface Described {
  /** Null: there are none to show. */
  readonly described: DescribedFields | null;
  /** Names that no event has. */
  readonly unknown: readonly string[];
}

export function describeFields(names: readonly string[], place: Place): Described {
  const fields: SigmaField[] = [];
  const unknown: string[] = [];
  for (const name of names) {
    const field = knownField(name, place);
    if (field === null) unknown.push(name);
    else fields.push(field);
  }
  if (fields.length === 0) return { described: null, unknown };
  const describe = (event: AuditEvent): string =>
    fields
      .map((field) => ({ name: field.name, texts: textsOf(field.of(event.json)) }))
      .filter(({ texts }) => texts.length > 0)
      .map(({ name, texts }) => `${name}=${texts.join(',')}`)
      .join(' ');
  return { described: { describe, fields: fieldsOf(fields.flatMap(({ reads }) => reads)) }, unknown };
}

function knownField(name: string, place: Place): SigmaField | null {
  try {
    return sigmaField(name, place);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
