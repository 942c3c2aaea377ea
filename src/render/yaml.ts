/** `-o yaml`: the same document. YAML 1.1 readers, kubectl among them, must take every string for a string. */
import { Document, type Scalar, visit } from 'yaml';
import type { Answer } from '../answer.ts';
import { documentOf } from './document.ts';
import type { Renderer } from './renderer.ts';

export const yaml: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer) {
    const document = new Document(documentOf(answer), { compat: 'yaml-1.1', aliasDuplicateObjects: false });
    // Plain and single-quoted strings cannot escape: whatever holds the unseen is double-quoted, and escaped there.
    visit(document, { Scalar: quoteUnseen });
    yield document.toString({ lineWidth: 0, blockQuote: false }).replace(UNSEEN, escaped);
  },
};

const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\u007f-\u009f]/gu;

function quoteUnseen(_key: unknown, node: Scalar): void {
  if (typeof node.value !== 'string') return;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u.test(node.value)) node.type = 'QUOTE_DOUBLE';
}

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
