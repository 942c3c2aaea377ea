/** Whatever stands in rule files and events: a UserError or a verdict, and in time. */
import fc from 'fast-check';
import '../../support/property-seed.ts';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { verdictOf } from '../../../src/query/matches.ts';
import { fieldNames } from '../../../src/rules/falco/fields.ts';
import { compileGlob } from '../../../src/rules/falco/fnmatch.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { fileOf, load, POD } from './judging.ts';

const WORDS = [
  ...[
    'and',
    'or',
    'not',
    '(',
    ')',
    '=',
    '!=',
    '<',
    '>=',
    'in',
    'intersects',
    'pmatch',
    'exists',
    ',',
    '"',
    "'",
  ],
  ...[
    'contains',
    'glob',
    'regex',
    'startswith',
    'ka.verb',
    'ka.user.groups',
    'jevt.value[/a/0]',
    'ka.uri.param[x]',
  ],
  ...[
    'tolower(',
    'val(',
    'len(',
    'b64(',
    'anyof',
    'oneof',
    '[',
    ']',
    '\\',
    '%',
    'a',
    '12',
    'macro',
    '(a+)+$',
    '*',
    '[[:x:]]',
  ],
];
const condition = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: fc.string() }))
  .map((words) => words.join(' '));

async function outcomeOf(text: string): Promise<unknown> {
  try {
    return await load(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error;
  }
}

describe('hostile Falco files', () => {
  it('makes rules of any condition and output, or refuses them', async () => {
    await fc.assert(
      fc.asyncProperty(condition, fc.string(), async (text, output) => {
        await outcomeOf(fileOf(text, output));
      }),
      { numRuns: 500 },
    );
  });

  it('makes rules of any text, or refuses it', async () => {
    const lines = fc.constantFrom(
      ...[
        '- rule: r',
        '- macro: m',
        '- list: l',
        '  condition: m',
        '  items: [l, x]',
        '  append: true',
        '- &a [*a]',
        '  <<: *a',
      ],
      ...[
        '  exceptions: [{name: n, fields: x, values: [[]]}]',
        '  override: {condition: append}',
        '---',
        '- null',
        '  priority: 3',
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(lines, fc.string())), async (texts) => {
        await outcomeOf(texts.join('\n'));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['brackets', fileOf(`${'('.repeat(5000)}ka.verb exists${')'.repeat(5000)}`)],
    ['transformers', fileOf(`${'tolower('.repeat(5000)}ka.verb${')'.repeat(5000)} = x`)],
    ['YAML', '['.repeat(50_000)],
    ['mappings', Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}- a:`).join('\n')],
    [
      'aliases',
      `- &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((name, index) => `- &${name} [${`*${'abcdefghi'[index]},`.repeat(9).slice(0, -1)}]`)
        .join('\n')}`,
    ],
    [
      'macros',
      `- macro: m0\n  condition: (ka.verb = a and ka.uri = b)\n${Array.from({ length: 60 }, (_, index) => `- macro: m${index + 1}\n  condition: (m${index} or not m${index})`).join('\n')}\n${fileOf('m60')}`,
    ],
    [
      'macros in a row',
      `- macro: m0\n  condition: ka.verb = a\n${Array.from({ length: 500 }, (_, index) => `- macro: m${index + 1}\n  condition: not m${index}`).join('\n')}\n${fileOf('m500')}`,
    ],
  ])('refuses what is nested without end: %s', async (_, text) => {
    expect(await outcomeOf(text)).toBeInstanceOf(UserError);
  });
});

describe('hostile events under Falco rules', () => {
  it('judges any JSON by any field', async () => {
    const fields = fieldNames()
      .filter((name) => !name.startsWith('evt.rawtime'))
      .map((name) => (/param|has_name|volume\.hostpath|\.value$/.test(name) ? `${name}[/x*]` : name));
    const { rules } = await load(
      fields
        .map((field, index) =>
          fileOf(`${field} in (a, b) or not ${field} intersects (c) or ${field} exists`, `%${field}`).replace(
            'rule: r',
            `rule: r${index}`,
          ),
        )
        .join('\n'),
    );
    const body = fc.jsonValue();
    const spec = fc.record(
      { containers: body, volumes: body, ports: body, securityContext: body, type: body },
      { requiredKeys: [] },
    );
    const object = fc.oneof(
      body,
      fc.record(
        {
          spec: fc.oneof(spec, body),
          rules: body,
          subjects: body,
          roleRef: body,
          data: body,
          metadata: body,
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(
        object,
        object,
        body,
        body,
        fc.string(),
        (requestObject, responseObject, annotations, user, requestURI) => {
          const event = decodeJson({ ...POD, requestObject, responseObject, annotations, user, requestURI });
          for (const rule of rules) {
            expect([true, false]).toContain(verdictOf(event, rule.condition));
            expect(typeof rule.describe?.(event)).toBe('string');
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes time in proportion to the text, whatever the pattern', async () => {
    const text = `${'ab'.repeat(40_000)}!`;
    const { rules } = await load(
      [
        'regex "(a|b|ab)*c"',
        'regex "((a*)*)*c"',
        'glob "*a*b*a*b*a*b*c"',
        'iglob "*[ab]*[ab]*[ab]*c"',
        'regex ".*a.{100}c"',
      ]
        .map((test, index) => fileOf(`ka.useragent ${test}`).replace('rule: r', `rule: r${index}`))
        .join('\n'),
    );
    const started = performance.now();
    for (const { condition: of } of rules)
      expect(verdictOf(decodeJson({ ...POD, userAgent: text }), of)).toBe(false);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('does not know whether a text matches that is too long for a counted pattern', async () => {
    const { rules } = await load(fileOf('ka.useragent regex ".*a.{900}c"'));
    const userAgent = 'ab'.repeat(100_000);
    expect(rules.map(({ condition: of }) => typeof verdictOf(decodeJson({ ...POD, userAgent }), of))).toEqual(
      ['symbol'],
    );
  });
});

describe('compileGlob', () => {
  it.each([
    ['*', 'anything/at all', true],
    ['a?c', 'abc', true],
    ['a?c', 'a😀c', true],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[]a]', ']', true],
    ['[a', '[a', true],
    ['[[:digit:]-]*', '-5', true],
    ['[[:nope:]]', 'n]', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['a\\', 'a\\', true],
    ['[\\]]', ']', true],
    ['', '', true],
    ['**a**', 'bab', true],
  ])('%s fits %s: %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
  });
});
