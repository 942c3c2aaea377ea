/** `-o name`: each row's object. */
import type { Answer } from '../answer.ts';
import { escapeTerminal } from './escape.ts';
import type { Renderer } from './renderer.ts';
import type { RowRenderer } from './row-renderer.ts';

export const name: Renderer = {
  carriesCoverage: false,
  *render(answer: Answer) {
    for (const row of answer.rows) yield `${escapeTerminal(answer.nameOf(row))}\n`;
  },
};

export const nameRows: RowRenderer = ({ nameOf }) => ({
  header: '',
  line: (row) => `${escapeTerminal(nameOf(row))}\n`,
  end: () => null,
});
