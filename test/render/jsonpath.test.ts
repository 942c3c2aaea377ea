/**
 * -o jsonpath. What kubectl printed (v1.34, `config view -o jsonpath`, no server needed) is pinned; with KUBECTL=PATH
 * in the environment the pins are held against that kubectl again. Then what is ours, and what is refused.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { jsonpath } from '../../src/render/jsonpath.ts';
import { MAX_DEPTH } from '../../src/render/jsonpath-parse.ts';
import { answerOf, answerWith, EMPTY, OPTIONS, ORDINARY, textOf } from '../support/answers.ts';

/** Keys sorted, as kubectl prints them. */
const ROWS = [
  { as: null, code: 200.5, k: { deep: 1, n: null }, name: 'a', ok: true, tags: ['x', 'y'] },
  { 'a.b': 'dotted', as: 'bob', big: 1.5, code: 403.5, e: '', name: 'b', ok: false, tags: [] },
  { code: 500.5, k: { deep: 2 }, list: [1, null, 2], name: 'c', ok: true, tags: ['z'] },
];

const ASIDES = { says: 's', near: '', note: '', next: '', gap: '', log: '' };

function print(template: string, rows: readonly Record<string, unknown>[] = ROWS): string {
  return textOf(jsonpath.render(answerOf(rows, ASIDES), { ...OPTIONS, template }));
}

/** R: the path of the rows. */
const PINNED: readonly (readonly [template: string, printed: string])[] = [
  ['{R[*].name}', 'a b c'],
  ['{R[0].as}', 'null'],
  ['{R[*].as}', 'null bob'],
  ['{R[0].k}', '{"deep":1,"n":null}'],
  ['{R[*].tags}', '["x","y"] [] ["z"]'],
  ['{R[2].list[*]}', '1 null 2'],
  ['{R[2].list[1]}', 'null'],
  ['{R[1].big} {R[0].ok}', '1.5 true'],
  ['{R[1].e}', ''],
  ['{R[0].missing}', ''],
  ['{R[0].missing.deeper}', ''],
  ['{R[0].name.deeper}', ''],
  ['{R.name}', ''],
  ['{R[0:2].name}', 'a b'],
  ['{R[-1:].name}', 'c'],
  ['{R[-2:-1].name}', 'b'],
  ['{R[::2].name}', 'a c'],
  ['{R[1:].name}', 'b c'],
  ['{R[:1].name}', 'a'],
  ['{R[0:0].name}', ''],
  ['{R[-1].name}', 'c'],
  ['{R[0,2].name}', 'a c'],
  ["{R[0]['name']}", 'a'],
  ["{R[*]['name','code']}", 'a b c 200.5 403.5 500.5'],
  ['{R[1].a\\.b}', 'dotted'],
  ["{R[1]['a\\.b']}", 'dotted'],
  ["{R[1]['a.b']}", ''],
  ["{R[0]['k.deep']}", '1'],
  ['{R[?(@.name=="b")].code}', '403.5'],
  ["{R[?('b'==@.name)].code}", '403.5'],
  ['{R[?( @.name != "b" )].name}', 'a c'],
  ['{R[?(@.name>"a")].name}', 'b c'],
  ["{R[?(@.name>='b')].name}", 'b c'],
  ['{R[?(@.code<403.5)].name}', 'a'],
  ['{R[?(@.code<=403.5)].name}', 'a b'],
  ['{R[?(@.code==403.5)].name}', 'b'],
  ['{R[?(@.ok==true)].name}', 'a c'],
  ['{R[?(@.ok==false)].name}', 'b'],
  ['{R[?(@.k)].name}', 'a c'],
  ['{R[?(@.a\\.b)].name}', 'b'],
  ['{R[?(@.nothing==1.5)].name}', ''],
  ['{R[?(1==1)].name}', 'a b c'],
  ['{R..deep}', '1 2'],
  ['{range R[*]}{.name}{"\\t"}{.code}{"\\n"}{end}', 'a\t200.5\nb\t403.5\nc\t500.5\n'],
  ['{range R[*]}{.name}:{range .tags[*]}{@},{end} {end}', 'a:x,y, b: c:z, '],
  ['{range R[*]}[{.name}, {.as}] {end}', '[a, null] [b, bob] [c, ] '],
  ['{range R[*]}{$.name}{end}', 'abc'],
  ['{range R}{.name}-{end}', '-'],
  ['{range R[0].missing}{.name}-{end}', ''],
  ['{range R[*]}{.name}', 'abc'],
  ['x {R[0].name} y {R[1].name}}', 'x a y b}'],
  ['{  R[0].name  }', 'a'],
  ['{"a\\"b"}{\'x\\\'y\'}{"u\\u0041"}{1}{-1.5}{true}', 'a"bx\'yuA1-1.5true'],
];

describe('jsonpath, as kubectl', () => {
  it.each(PINNED)('%s', (template, printed) => {
    expect(print(template.replaceAll('R', '.rows'))).toBe(printed);
  });

  const { KUBECTL } = process.env;
  it.runIf(KUBECTL !== undefined)('holds the pins against kubectl itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jsonpath-'));
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      extensions: [{ name: 'e', extension: { rows: ROWS } }],
    };
    writeFileSync(join(folder, 'config'), JSON.stringify(config));
    for (const [template, printed] of PINNED) {
      const path = template.replaceAll('R', '.extensions[0].extension.rows');
      const args = ['config', 'view', '--kubeconfig', join(folder, 'config'), '-o', `jsonpath=${path}`];
      expect(execFileSync(KUBECTL ?? '', args, { encoding: 'utf8' }), template).toBe(printed);
    }
    rmSync(folder, { recursive: true });
  });
});

describe('jsonpath, beyond kubectl', () => {
  it.each([
    ['.rows[0].name', 'a'],
    ['rows[0].name', 'a'],
    ['$.rows[0].name', 'a'],
    ['says', 's'],
    ['{.rows[1]["a\\.b"]}', 'dotted'],
    ['{.rows[1][\'a\\.b\', "name"]}', 'dotted b'],
    ['{.rows[ 0 , 2 ].name}', 'a c'],
    ['{.rows[0].k[*]}', '1 null'],
    // kubectl loses what comes after an empty list.
    ['{.rows[*].tags[*]}', 'x y z'],
    ['{.rows[9].name}', ''],
    ['{.rows[-9].name}', ''],
    ['{.rows[1:9].name}', 'b c'],
    ['{.rows[2:0].name}', ''],
    ['{.rows[*].tags[0]}', 'x z'],
    ['{.rows[0].name[0]}', ''],
    ['{.rows[?(@.tags[*]=="y")].name}', 'a'],
    ['{.rows[?(@.tags[?(@=="z")])].name}', 'c'],
    ['{.rows[?(@.name=="b]")].name}', ''],
    ['{.rows[?(@.as)].name}', 'b'],
    ['{.rows[?(@.as==null)].name}', 'a'],
    ['{.rows[?(@.as!=null)].name}', 'b'],
    ['{.rows[?(@.code=="403.5")].name}', ''],
    ['{.rows[?(@.code>"1")].name}', ''],
  ])('%s', (template, printed) => {
    expect(print(template)).toBe(printed);
  });

  it('reads the document of -o json', () => {
    const codes = '{.rows[?(@.result.code==403)].who.user} {.coverage.complete} {.question}';
    expect(textOf(jsonpath.render(ORDINARY, { ...OPTIONS, template: codes }))).toBe(
      'system:serviceaccount:ci/deployer-of-everything-in-production false who-did',
    );
    expect(textOf(jsonpath.render(EMPTY, { ...OPTIONS, template: '{.rows[0].who.user}' }))).toBe('');
  });

  it('knows own properties only', () => {
    expect(print('{.__proto__}{.constructor}{.rows.length}{.rows[0].toString}{.rows[0].name.length}')).toBe(
      '',
    );
    const row = JSON.parse('{"__proto__": {"constructor": "own"}}');
    expect(print('{.rows[0].__proto__.constructor}', [row])).toBe('own');
  });

  it('escapes what comes from the data, and nothing of the template', () => {
    const answer = answerWith(() => '\u001b[31m\u202e\n');
    const template = '\u00e9{"\\t"}{.rows[0].who.user}{"\\n"}{.rows[0].from}';
    expect(textOf(jsonpath.render(answer, { ...OPTIONS, template }))).toBe(
      '\u00e9\t\\u{1b}[31m\\u{202e}\\u{a}\n{"ip":"\\u001b[31m\\u202e\\n","chain":["203.0.113.7","\\u001b[31m\\u202e\\n"]}',
    );
  });

  it('walks deep data without recursion', () => {
    let deep: unknown = { name: 'bottom' };
    for (let n = 0; n < 50_000; n++) deep = [deep];
    expect(print('{.rows..name}', [{ deep }])).toBe('bottom');
  });
});

describe('jsonpath, refused', () => {
  it.each([
    ['{.rows[*}', 'unterminated array, expected ], at character 7: "[*}"'],
    ['{.rows[', 'unterminated array, expected ], at character 7: "["'],
    ['{.rows', 'unclosed action, expected }, at character 1: "{.rows"'],
    ['{.rows[a]}', 'invalid array index, at character 7: "[a]}"'],
    ['{.rows[]}', 'invalid array index, at character 7: "[]}"'],
    ['{.rows[::0]}', 'the step of a slice must be > 0, at character 7: "[::0]}"'],
    ['{.rows[?(@.name)}', 'unclosed filter, expected ], at character 7: "[?(@.name)}"'],
    ['{.rows[?(@.name', 'unterminated filter, expected )], at character 7: "[?(@.name"'],
    ['{.rows[?@.name]}', 'invalid array index, at character 7: "[?@.name]}"'],
    [
      "{.rows[?(@.a=='a' && @.b)]}",
      'unexpected text in a filter (one comparison: == != < <= > >=), at character 19: "&& @.b)]}"',
    ],
    [
      '{.rows[?(@.a==b)]}',
      'expected a path such as @.name, a string, a number, true, false or null, at character 15: "b)]}"',
    ],
    ['{kind}', 'unexpected text in an action, at character 2: "kind}"'],
    ['{.a,.b}', 'unexpected text in an action, at character 4: ",.b}"'],
    ['{.a "x"}', 'unexpected text in an action, at character 5: ""x"}"'],
    ['{*}', 'unexpected text in an action, at character 2: "*}"'],
    ['{"abc}', 'unterminated quoted string, at character 2: ""abc}"'],
    ['{"\\q"}', 'unknown escape \\q, at character 2: ""\\q"}"'],
    ['{.rows}{end}', 'not in range, nothing to end, at character 8: "{end}"'],
    ['a b', 'unexpected text in a path, at character 3: "b"'],
    [`{.${'long'.repeat(9)}`, 'unclosed action, expected }, at character 1: "{.longlonglonglonglonglo…"'],
  ])('%s', (template, message) => {
    expect(() => print(template)).toThrow(UserError);
    expect(() => print(template)).toThrow(`bad JSONPath: ${message}`);
  });

  it('what is nested too deep', () => {
    const ranges = (count: number) => '{range .rows[*]}'.repeat(count) + '{end}'.repeat(count);
    expect(() => print(ranges(MAX_DEPTH))).not.toThrow();
    expect(() => print(ranges(MAX_DEPTH + 1))).toThrow('ranges within each other');
    expect(() => print(`{.rows${'[?(@.a'.repeat(10_000)}`)).toThrow('filters within each other');
  });

  it('with a code and an example', () => {
    const error = (() => {
      try {
        return print('{');
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toMatchObject({
      code: 'AUDIT_BAD_TEMPLATE',
      hint: expect.stringMatching(/^-o jsonpath='/),
    });
  });
});
