/** Whatever stands in rule files and events: a UserError or a verdict, and in time. */
import fc from 'fast-check';
import '../../support/property-seed.ts';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { verdictOf } from '../../../src/query/matches.ts';
import {
  ANY_DASH,
  ANY_ONE,
  ANY_RUN,
  compilePattern,
  compileSigns,
  type Pattern,
  parsePattern,
  patternText,
} from '../../../src/rules/sigma/pattern.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { fileOf, load, POD } from './judging.ts';

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('(a+)+$', '*', '?', '\\', '%x%', '10.0.0.0/8', '', 'a*b?c\\*', '-x /y'),
);
const field = fc.constantFrom(
  ...['verb', 'user.username', 'user.groups', 'objectRef.namespace', 'objectRef.name', 'objectRef.apiGroup'],
  ...[
    'responseStatus.code',
    'annotations.a.b/c',
    'requestObject.a.b.c',
    'hostPath',
    'sourceIPs',
    'stage',
    'nobody',
    '',
  ],
);
const modifier = fc.constantFrom(
  ...[
    'contains',
    'startswith',
    'endswith',
    'all',
    'exists',
    'cased',
    'neq',
    're',
    'i',
    'm',
    's',
    'cidr',
    'base64',
  ],
  ...['base64offset', 'wide', 'utf16', 'windash', 'lt', 'gte', 'fieldref', 'hour', 'week', 'expand', 'near'],
);
const key = fc
  .tuple(field, fc.array(modifier, { maxLength: 3 }))
  .map(([name, modifiers]) => [name, ...modifiers].join('|'));
const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const values = fc.oneof(value, fc.array(value, { maxLength: 4 }));
const condition = fc
  .array(
    fc.constantFrom(
      'selection',
      'a',
      '_b',
      'and',
      'or',
      'not',
      '(',
      ')',
      '1 of',
      'all of',
      'them',
      'a*',
      '|',
      '*',
      '1',
    ),
  )
  .map((words) => words.join(' '));

async function outcomeOf(files: string): Promise<Awaited<ReturnType<typeof load>> | UserError> {
  try {
    return await load(files);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error;
  }
}

describe('hostile Sigma files', () => {
  it('makes rules of any search and condition, or refuses them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, values, { maxKeys: 3 }), condition, async (search, words) => {
        const detection = JSON.stringify({
          selection: search,
          a: 'x',
          _b: { verb: 'get' },
          condition: words,
        });
        await outcomeOf(`title: t\nlogsource: {product: kubernetes}\ndetection: ${detection}`);
      }),
      { numRuns: 500 },
    );
  });

  it('makes rules of any document, or refuses it', async () => {
    const part = fc.oneof(fc.jsonValue(), text, values);
    const document = fc.record(
      {
        title: part,
        logsource: part,
        detection: part,
        correlation: part,
        filter: part,
        action: part,
        level: part,
        rules: part,
      },
      { requiredKeys: [] },
    );
    const correlation = fc.record(
      {
        type: fc.constantFrom('event_count', 'temporal', 'value_avg'),
        rules: part,
        timespan: part,
        condition: part,
        'group-by': part,
        aliases: part,
        generate: part,
      },
      { requiredKeys: ['type'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(document, { maxLength: 3 }), correlation, async (documents, of) => {
        const all = [...documents, { title: 't', correlation: of }];
        await outcomeOf(all.map((one) => JSON.stringify(one)).join('\n---\n'));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['brackets', fileOf(`selection: x\ncondition: ${'('.repeat(5000)}selection${')'.repeat(5000)}`)],
    ['YAML', '['.repeat(50_000)],
    ['a path', fileOf(`selection:\n  requestObject${'.a'.repeat(500)}: x`)],
  ])('refuses what is nested without end: %s', async (_, file) => {
    expect(await outcomeOf(file)).toBeInstanceOf(UserError);
  });
});

describe('hostile events under Sigma rules', () => {
  it('judges any JSON', async () => {
    const searches = [
      ...[
        "requestObject.a.b.c: 'x*'",
        'requestObject.a|exists: true',
        'hostPath: null',
        "'|re': 'a+b'",
        'annotations.a.b/c|neq: 1',
      ],
      ...[
        'requestObject.a|fieldref: responseObject.a',
        'requestObject.a|hour: 3',
        'requestObject.a|gt: 3',
        'user.groups|all: [a, b]',
      ],
      ...[
        'requestObject.a|cidr: 10.0.0.0/8',
        'sourceIPs|cidr: 10.0.0.0/8',
        'requestObject.a|windash|contains: -a',
        "'': x",
      ],
    ];
    const { rules } = await load(searches.map((search) => fileOf(`selection:\n  ${search}`)).join('\n---\n'));
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.record(
          { a: tie('node'), b: tie('node'), c: tie('node'), 'b.c': tie('node'), hostPath: tie('node') },
          { requiredKeys: [] },
        ),
        fc.array(tie('node'), { maxLength: 4 }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, tree, tree, tree, (requestObject, responseObject, annotations, sourceIPs) => {
        const event = decodeJson({ ...POD, requestObject, responseObject, annotations, sourceIPs });
        for (const rule of rules) expect([true, false]).toContain(verdictOf(event, rule.condition));
      }),
      { numRuns: 150 },
    );
  });

  it('takes time in proportion to the text, whatever the pattern', async () => {
    const long = `${'ab'.repeat(40_000)}!`;
    const searches = [
      "userAgent|re: '(a|b|ab)*c'",
      "userAgent|re|i: '((a*)*)*c'",
      "userAgent: '*a*b*a*b*a*?c'",
      "userAgent|windash|contains: ' -a*b*a*b -c'",
    ];
    const { rules } = await load(searches.map((search) => fileOf(`selection:\n  ${search}`)).join('\n---\n'));
    const event = decodeJson({ ...POD, userAgent: long });
    const started = performance.now();
    for (const rule of rules) expect(verdictOf(event, rule.condition)).toBe(false);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe('patterns in Sigma', () => {
  const part = fc.oneof(fc.constantFrom('a', 'b', 'ab', 'A', '*', '\\'), fc.constant(ANY_RUN));
  const subject = fc.array(fc.constantFrom('a', 'b', 'A', '*', '\\')).map((signs) => signs.join(''));

  it('finds the same by the fast path as by the plain one', () => {
    fc.assert(
      fc.property(fc.array(part), subject, (parts, of) => {
        const pattern = parts as Pattern;
        expect(compilePattern(pattern, true)(of)).toBe(compileSigns(pattern)(of));
      }),
    );
  });

  it('reads a pattern as it was written', () => {
    const any = fc.oneof(fc.constantFrom('a', '*', '?', '\\', 'a\\b'), fc.constantFrom(ANY_RUN, ANY_ONE));
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), (parts) => {
        const pattern = parts as Pattern;
        expect(patternText(parsePattern(patternText(pattern)))).toBe(patternText(pattern));
      }),
    );
    expect(patternText([ANY_DASH, 'x'])).toBe('\\-x');
  });
});
