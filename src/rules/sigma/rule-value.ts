/** A field of a Sigma rule as a value by which requests are grouped or counted. */
import type { AuditEvent } from '../../event/event.ts';
import type { Field } from '../../query/predicate.ts';
import { fieldsOf } from '../event-fields.ts';
import type { Place } from '../refusal.ts';
import type { RuleValue } from '../rule.ts';
import { type SigmaField, sigmaField, textsOf } from './fields.ts';

/** `label`: what it is called in the rule, which may be another name. Throws a Refusal. */
export function ruleValue(name: string, place: Place, label = name): RuleValue {
  const field = sigmaField(name, place);
  return { name: label, fields: fieldsOf(field.reads), of: (event) => textIn(field, event) };
}

/** Several fields at once. */
export function joinedValue(names: readonly string[], place: Place): RuleValue {
  const values = names.map((name) => ruleValue(name, place));
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  return {
    name: names.join(', '),
    fields: values.flatMap(({ fields }): readonly Field[] => fields),
    of: (event) => {
      const texts = values.map((value) => value.of(event));
      return texts.every((text) => text === null) ? null : JSON.stringify(texts);
    },
  };
}

function textIn(field: SigmaField, event: AuditEvent): string | null {
  // All but the last address can be made up by the client: it would be in another group whenever it likes.
  if (field.path?.length === 1 && field.path[0] === 'sourceIPs') return event.sourceIPs.at(-1) ?? null;
  const texts = textsOf(field.of(event.json));
  if (texts.length === 0) return null;
  return texts.length === 1 ? (texts[0] ?? null) : JSON.stringify(texts);
}
