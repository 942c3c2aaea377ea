/**
 * Our own pack as the bundle holds it: taken apart when the program is built. Its YAML, with the tests, takes a second to read, which
 * every start would pay; this a few milliseconds.
 */
import type { Places } from '../../config/places.ts';
import { UserError } from '../../errors.ts';
import type { Rule } from '../rule.ts';
import { rulesOf } from './rules-of.ts';
import type { RuleText } from './rules-schema.ts';

export interface PackedFile {
  readonly file: string;
  /** Without their tests. */
  readonly rules: readonly RuleText[];
  /** Where each begins. */
  readonly lines: readonly number[];
}

export async function packedRules(files: readonly PackedFile[]): Promise<readonly Rule[]> {
  const rules = await Promise.all(files.map((one) => rulesOf(one.rules, placesOf(one), one.file)));
  return rules.flat();
}

function placesOf({ file, lines }: PackedFile): Places {
  const lineOf = (path: readonly PropertyKey[]): number => lines[Number(path[1])] ?? 1;
  return {
    lineOf,
    refuse: (path, message) =>
      new UserError('AUDIT_BAD_RULE', `${file}:${lineOf(path)}:1: ${path.map(String).join('.')}: ${message}`),
  };
}
