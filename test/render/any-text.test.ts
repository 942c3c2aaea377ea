/** For every format and any text in every field: nothing acts, nothing overflows, and documents keep their data. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Answer } from '../../src/answer.ts';
import { documentOf } from '../../src/render/document.ts';
import { escapeCell } from '../../src/render/escape.ts';
import { FORMATS } from '../../src/render/registry.ts';
import { widthOf } from '../../src/render/width.ts';
import { answerWith, OPTIONS, textOf } from '../support/answers.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

const TEMPLATES: Readonly<Record<string, string>> = {
  jsonpath: '{range .rows[*]}{.who.user} {.with} {@}{end} {..text} {..name} {.says} {.rows}',
  'custom-columns': 'WHO:.who.user,OBJECT:.object,WITH:.with,ALL:..ip',
};

/** C0 but \n, C1, bidi and other format characters, line separators, unpaired surrogates, marks piled up over other lines. */
const ACTING = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|[\p{Mn}\p{Me}]{5}/u;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(
      '\u001b',
      '[',
      '3',
      'm',
      '\n',
      '\r',
      '\u202e',
      '\u2028',
      '|',
      '"',
      "'",
      '=',
      '\\',
      ' ',
      ':',
      '#',
      '-',
      '部',
      '👍',
      '\u{1f3fd}',
      '\u0301',
      '\ud800',
    ),
  }),
  fc.constantFrom(...HOSTILE_TEXTS),
);

const answers = fc
  .array(text, { minLength: 46, maxLength: 46 })
  .map((texts) => answerWith((n) => texts[n] ?? ''));

async function printed(format: string, answer: Answer, columns = 100): Promise<string> {
  const found = FORMATS.find((known) => known.name === format);
  if (found === undefined) throw new Error(`no format ${format}`);
  return textOf(
    (await found.load()).render(answer, { ...OPTIONS, columns, template: TEMPLATES[format] ?? null }),
  );
}

describe('any text', () => {
  it.each(FORMATS.map((format) => format.name))('does nothing to a terminal in %s', async (format) => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        expect(await printed(format, answer)).not.toMatch(ACTING);
      }),
    );
  });

  it('never overflows a table', async () => {
    await fc.assert(
      fc.asyncProperty(answers, fc.integer({ min: 40, max: 200 }), async (answer, columns) => {
        for (const line of (await printed('table', answer, columns)).split('\n')) {
          expect(widthOf(line), line).toBeLessThanOrEqual(columns);
        }
      }),
    );
  });

  it('is whole in wide, and a line each row', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const lines = (await printed('wide', answer, 80)).split('\n');
        const head = lines.findIndex((line) => line.startsWith('WHEN  UTC'));
        for (const [n, row] of answer.rows.entries()) {
          for (const column of answer.columns) {
            const cell = column.cell(row);
            if (cell.kind === 'text') expect(lines[head + 1 + n]).toContain(escapeCell(cell.text));
          }
        }
      }),
    );
  });

  it('comes back from json, jsonl and yaml', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const document = JSON.stringify(documentOf(answer));
        expect(JSON.stringify(JSON.parse(await printed('json', answer)))).toBe(document);
        expect(JSON.stringify(parse(await printed('yaml', answer)))).toBe(document);
        const lines = (await printed('jsonl', answer)).trimEnd().split('\n');
        expect(lines.slice(0, -1).map((line) => JSON.stringify(JSON.parse(line)))).toEqual(
          answer.rows.map((row) => JSON.stringify(row)),
        );
      }),
    );
  });

  it('makes as many lines as there are rows in csv, name and raw', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        expect(
          (await printed('csv', answer))
            .trimEnd()
            .split('\n')
            .filter((line) => /^2026-/.test(line)),
        ).toHaveLength(2);
        expect((await printed('name', answer)).split('\n')).toHaveLength(3);
        expect((await printed('raw', answer)).split('\n')).toHaveLength(3);
      }),
    );
  });
});
