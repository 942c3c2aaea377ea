/** `-o json` and `-o jsonl`. Written row by row, so that many rows are never one string. */
import type { Answer } from '../answer.ts';
import { documentOf, endOf } from './document.ts';
import { escapeJson } from './escape.ts';
import type { Renderer, RenderOptions } from './renderer.ts';
import type { RowRenderer } from './row-renderer.ts';

export const json: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer) {
    const keys = Object.entries(documentOf(answer));
    yield '{\n';
    for (const [n, [key, value]] of keys.entries()) {
      const comma = n === keys.length - 1 ? '' : ',';
      if (key === 'rows') yield* rowsOf(answer, comma);
      else yield `  ${JSON.stringify(key)}: ${indented(value, 2)}${comma}\n`;
    }
    yield '}\n';
  },
};

export const jsonl: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer, options: RenderOptions) {
    const { line, end } = jsonlRows(answer, options);
    for (const row of answer.rows) yield line(row, null);
    yield end(answer) ?? '';
  },
};

export const jsonlRows: RowRenderer = () => ({
  header: '',
  line: (row) => `${escapeJson(JSON.stringify(row))}\n`,
  end: (answer) => `${escapeJson(JSON.stringify(endOf(answer)))}\n`,
});

function* rowsOf({ rows }: Answer, comma: string): Generator<string> {
  if (rows.length === 0) yield `  "rows": []${comma}\n`;
  else {
    yield '  "rows": [\n';
    for (const [n, row] of rows.entries())
      yield `    ${indented(row, 4)}${n === rows.length - 1 ? '' : ','}\n`;
    yield `  ]${comma}\n`;
  }
}

function indented(value: unknown, by: number): string {
  return escapeJson(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${' '.repeat(by)}`);
}
