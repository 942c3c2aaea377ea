/** -o sarif, held against the schema that OASIS published. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectCommand } from '../../src/commands/detect.ts';
import { sarif } from '../../src/render/sarif.ts';
import { answerWith, OPTIONS } from '../support/answers.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { NOW } from '../support/run-command.ts';

const { id: _, ...schema } = JSON.parse(
  readFileSync('test/fixtures/sarif/sarif-2.1.0-rtm.5.json', 'utf8'),
) as Readonly<Record<string, unknown>>;
const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false });
const validate = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });

function expectValid(text: string): void {
  expect(validate(JSON.parse(text)) ? [] : validate.errors).toEqual([]);
}

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly Result[];
  }[];
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: { readonly region: { readonly startLine: number } };
    readonly logicalLocations: readonly { readonly fullyQualifiedName: string }[];
  }[];
}

describe('-o sarif', () => {
  it('is what the schema says, for findings', { timeout: 60_000 }, async () => {
    const io = fixedIo({ nowMs: NOW });
    await detectCommand.run(
      [],
      { demo: true, output: 'sarif', rules: ['exec-into-pod,deleted-as-another'] },
      io,
    );
    expectValid(io.stdout());
    const { runs } = JSON.parse(io.stdout()) as Log;
    const { tool, results } = runs[0] ?? { tool: { driver: { rules: [] } }, results: [] };
    const deletion = results.find(({ ruleId }) => ruleId === 'deleted-as-another');
    expect(tool.driver.rules[deletion?.ruleIndex ?? -1]?.id).toBe('deleted-as-another');
    expect(deletion?.message.text).toContain('alice as agent-smith');
    expect(deletion?.locations[0]?.logicalLocations[0]?.fullyQualifiedName).toBe('prod/deployments.apps/api');
    expect(deletion?.locations[0]?.physicalLocation.region.startLine).toBeGreaterThan(0);
  });

  it('is what the schema says, whatever stands in the log', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        expectValid(
          [
            ...sarif.render(
              answerWith(() => text),
              OPTIONS,
            ),
          ].join(''),
        );
      }),
      { numRuns: 50 },
    );
  });
});
