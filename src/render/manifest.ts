/** Objects for kubectl apply → YAML documents, under comments. Names in them were chosen by others. */
import { Document } from 'yaml';
import { escapeTerminal } from './escape.ts';

/** YAML 1.1 readers, kubectl among them, must take every string for a string. A comment ends with its line. */
export function manifestText(objects: readonly object[], comments: readonly string[]): string {
  const documents = objects.map((object) => {
    const document = new Document(object, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
    return document.toString({ lineWidth: 0, blockQuote: false, indentSeq: false });
  });
  const head = comments.map((comment) => `# ${escapeTerminal(comment)}`.trimEnd());
  return [`${head.join('\n')}\n`, ...documents].join('---\n');
}
