/** json, jsonl, yaml, raw and name: PRODUCT §4's keys in their order, and hostile text that stays text. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { API_VERSION, documentOf } from '../../src/render/document.ts';
import { json, jsonl } from '../../src/render/json.ts';
import { name } from '../../src/render/name.ts';
import { raw } from '../../src/render/raw.ts';
import { yaml } from '../../src/render/yaml.ts';
import { answerWith, EMPTY, HOSTILE, OPTIONS, ORDINARY, textOf } from '../support/answers.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

const KEYS = ['apiVersion', 'kind', 'question', 'says', 'rows', 'nearMisses', 'notes', 'next', 'coverage'];

describe('json', () => {
  it('prints the document, its keys in their order', () => {
    const parsed = JSON.parse(textOf(json.render(ORDINARY, OPTIONS)));
    expect(Object.keys(parsed)).toEqual(KEYS);
    expect(parsed).toEqual(documentOf(ORDINARY));
    expect(parsed).toMatchObject({ apiVersion: API_VERSION, kind: 'Answer', question: 'who-did' });
  });

  it('is laid out as JSON.stringify would', () => {
    for (const answer of [ORDINARY, EMPTY]) {
      expect(textOf(json.render(answer, OPTIONS))).toBe(`${JSON.stringify(documentOf(answer), null, 2)}\n`);
    }
  });

  it('keeps hostile text, and shows none of what cannot be seen', () => {
    const text = textOf(json.render(HOSTILE, OPTIONS));
    expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(documentOf(HOSTILE)));
    expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}\u007f-\u009f]/u);
    expect(text).toContain('\\u202e');
  });
});

describe('jsonl', () => {
  const lines = textOf(jsonl.render(HOSTILE, OPTIONS))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

  it('prints a row a line and the rest last', () => {
    expect(lines).toHaveLength(HOSTILE.rows.length + 1);
    expect(JSON.stringify(lines.slice(0, -1))).toBe(JSON.stringify(HOSTILE.rows));
    expect(Object.keys(lines.at(-1))).toEqual(KEYS.filter((key) => key !== 'rows'));
    expect(lines.at(-1).kind).toBe('AnswerEnd');
  });
});

describe('yaml', () => {
  it('means the same as json', () => {
    for (const answer of [ORDINARY, EMPTY, HOSTILE]) {
      const parsed = parse(textOf(yaml.render(answer, OPTIONS)));
      expect(JSON.stringify(parsed)).toBe(JSON.stringify(documentOf(answer)));
    }
  });

  it.each([
    ...HOSTILE_TEXTS,
    'no',
    'On',
    'OFF',
    'y',
    'n',
    'Y',
    'null',
    'Null',
    'true',
    'TRUE',
    '0x1f',
    '0o17',
    '017',
    '0b11',
    '1e3',
    '+1',
    '.5',
    '.inf',
    '-.INF',
    '.nan',
    '1_0.5',
    '190:20:30',
    '190:20:30.15',
    '2001-12-14',
    '2001-12-14t21:59:43.10-05:00',
    '<<',
    '=',
    '!tag',
    '&anchor',
    '*alias',
    '- a',
    '? a',
    ': a',
    'a: b',
    'a #b',
    '#',
    '%',
    '@',
    '`',
    '|',
    '>',
    '{a}',
    '[a]',
    '---',
    '...',
    'trailing:',
    ' leading',
    "it's",
    '\\',
    '\ufe0f',
    '\u3164',
    '\u{e0041}',
    '\ue000',
    '\uffff',
  ])('keeps %j a string for readers of YAML 1.1 and 1.2', (text) => {
    const printed = textOf(
      yaml.render(
        answerWith(() => text),
        OPTIONS,
      ),
    );
    for (const version of ['1.1', '1.2'] as const) {
      const parsed = parse(printed, { version });
      expect(parsed.says).toBe(text);
      expect(parsed.rows[0].who.user).toBe(text);
      expect(Object.keys(parsed.rows[0])).toContain(text);
    }
  });
});

describe('yaml for other readers', () => {
  it.each(['=', '<<'])('quotes %j, which YAML 1.1 has a type for', (text) => {
    expect(
      textOf(
        yaml.render(
          answerWith(() => text),
          OPTIONS,
        ),
      ),
    ).toContain(`says: "${text}"`);
  });

  it('is written row by row', () => {
    const pieces = [...yaml.render(ORDINARY, OPTIONS)];
    expect(pieces.filter((piece) => piece.startsWith('- auditID:'))).toHaveLength(2);
    expect(parse(pieces.join('')).rows).toEqual(ORDINARY.rows);
  });
});

describe('raw and name', () => {
  it('prints an event a line', () => {
    const lines = textOf(raw.render(HOSTILE, OPTIONS))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(HOSTILE.events);
  });

  it("prints each row's object", () => {
    expect(textOf(name.render(ORDINARY, OPTIONS))).toBe('deployments.apps/web\ndeployments.apps/web\n');
    expect(textOf(name.render(EMPTY, OPTIONS))).toBe('');
  });
});
