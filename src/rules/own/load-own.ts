/** Text of one of our own rule files → its rules, or where it is wrong. */
import { LineCounter, parseDocument } from 'yaml';
import { type Places, placesIn, refuseAt } from '../../config/places.ts';
import { UserError } from '../../errors.ts';
import type { Rule } from '../rule.ts';
import { rulesOf } from './rules-of.ts';
import { type RuleText, rulesSchema } from './rules-schema.ts';

/** Throws UserError AUDIT_BAD_RULE, with line and column. */
export async function loadOwn(text: string, file: string): Promise<readonly Rule[]> {
  const { rules, places } = parseOwn(text, file);
  return rulesOf(rules, places, file);
}

export interface ParsedOwn {
  readonly rules: readonly RuleText[];
  readonly places: Places;
}

/** Throws UserError AUDIT_BAD_RULE: what is no YAML, or not of the form. */
export function parseOwn(text: string, file: string): ParsedOwn {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new UserError('AUDIT_BAD_RULE', `${file}:${line}:${col}: ${error.message}`, {
      hint: 'it must be YAML',
    });
  }
  const places = placesIn(document, lines, file, 'AUDIT_BAD_RULE');
  const parsed = rulesSchema.safeParse(document.toJS({ maxAliasCount: 1000 }) ?? {});
  if (!parsed.success) throw refuseAt(parsed.error, places, []);
  return { rules: parsed.data.rules, places };
}
