/** `-o raw`: the rows' audit events, redacted long before, one JSON a line. */
import type { Answer } from '../answer.ts';
import { escapeJson } from './escape.ts';
import type { Renderer } from './renderer.ts';
import type { RowRenderer } from './row-renderer.ts';

export const raw: Renderer = {
  carriesCoverage: false,
  *render(answer: Answer) {
    for (const event of answer.events) yield `${escapeJson(JSON.stringify(event))}\n`;
  },
};

export const rawRows: RowRenderer = () => ({
  header: '',
  line: (_, event) => (event === null ? '' : `${escapeJson(JSON.stringify(event))}\n`),
  end: () => null,
});
