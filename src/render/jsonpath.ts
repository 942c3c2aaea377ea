/** `-o jsonpath=…`: kubectl's JSONPath over the document of `-o json`. Like kubectl's, its output ends as the template does. */
import type { Answer } from '../answer.ts';
import { documentOf } from './document.ts';
import { escapeJson, escapeTerminal } from './escape.ts';
import { valuesAt } from './jsonpath-evaluate.ts';
import { type Part, parseTemplate } from './jsonpath-parse.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

export const jsonpath: Renderer = {
  carriesCoverage: false,
  *render(answer: Answer, options: RenderOptions) {
    yield* printed(parseTemplate(options.template ?? ''), documentOf(answer));
  },
};

/** The template's own text is the user's, and is printed as it is. */
function* printed(parts: readonly Part[], current: unknown): Generator<string> {
  for (const part of parts) {
    if (part.kind === 'text') yield part.text;
    else if (part.kind === 'print') yield valuesAt(part.path, current).map(wordsOf).join(' ');
    else for (const element of valuesAt(part.path, current)) yield* printed(part.body, element);
  }
}

/** Strings as they are, the rest as compact JSON; escaped. */
export function wordsOf(value: unknown): string {
  return typeof value === 'string' ? escapeTerminal(value) : escapeJson(JSON.stringify(value));
}
