/** docs/falco-and-sigma.md names all there is. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPERATORS, QUANTIFIERS, TRANSFORMERS } from '../../src/rules/falco/condition.ts';
import { fieldNames } from '../../src/rules/falco/fields.ts';
import { CORRELATION_TYPES } from '../../src/rules/sigma/correlation.ts';
import { TIME_PARTS } from '../../src/rules/sigma/time-parts.ts';
import { COMPARISONS } from '../../src/rules/sigma/values.ts';

const text = readFileSync(new URL('../../docs/falco-and-sigma.md', import.meta.url), 'utf8');

describe('docs/falco-and-sigma.md', () => {
  it("names Falco's fields", () => {
    const missing = fieldNames().filter((name) => {
      const mirrored = /^ka\.req\.pod\.(?:init|ephemeral)?[cC]ontainers\.(.*)$/.exec(name)?.[1];
      const called = mirrored ?? name.replace(/^json\./, 'jevt.');
      return !text.includes(`\`${called}\``) && !text.includes(`\`${called}[`);
    });
    expect(missing).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ["Falco's operators", [...OPERATORS, ...QUANTIFIERS]],
    ["Falco's transformers", TRANSFORMERS.map((name) => `${name}()`)],
    ["Sigma's correlations", CORRELATION_TYPES],
    ["Sigma's modifiers", [...COMPARISONS, ...TIME_PARTS]],
  ])('names %s', (_, names) => {
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
