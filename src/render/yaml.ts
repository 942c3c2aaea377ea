/** `-o yaml`: the same document, row by row. YAML 1.1 readers, kubectl among them, must take every string for a string. */
import { type CollectionTag, Document, type ScalarTag, Schema } from 'yaml';
import type { Answer } from '../answer.ts';
import { documentOf } from './document.ts';
import { escapeYaml, holdsUnseen } from './escape.ts';
import type { Renderer } from './renderer.ts';

export const yaml: Renderer = {
  carriesCoverage: true,
  *render(answer: Answer) {
    for (const [key, value] of Object.entries(documentOf(answer))) {
      if (key !== 'rows' || answer.rows.length === 0) yield textOf({ [key]: value });
      else {
        yield `${key}:\n`;
        // A list may stand as far left as its key. All rows in one document took 25 s and 800 MB for 40,000.
        for (const row of answer.rows) yield textOf([row]);
      }
    }
  },
};

function textOf(value: unknown): string {
  const document = new Document(value, { schema: SCHEMA, aliasDuplicateObjects: false });
  return document.toString({ lineWidth: 0, blockQuote: false, indentSeq: false });
}

const STRING = 'tag:yaml.org,2002:str';

/** Plain and single-quoted strings cannot escape: whatever holds the unseen is double-quoted. */
function escaping(tag: ScalarTag | CollectionTag): ScalarTag {
  const { stringify } = tag as ScalarTag;
  return {
    ...(tag as ScalarTag),
    stringify(node, ...context) {
      const text = String(node.value);
      // The value and merge keys of YAML 1.1, which the library does not know as such.
      if (text === '=' || text === '<<') return JSON.stringify(text);
      if (holdsUnseen(text)) return escapeYaml(JSON.stringify(text));
      return stringify?.(node, ...context) ?? JSON.stringify(text);
    },
  };
}

/** Made once: a document's own would take three times as long as the document. */
const SCHEMA = new Schema({
  compat: 'yaml-1.1',
  customTags: (tags) =>
    tags.map((tag) => (typeof tag === 'object' && tag.tag === STRING ? escaping(tag) : tag)),
});
