/** One more source in the configuration file; all else in it, comments too, stays as it is. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Document, isMap, isSeq, parseDocument } from 'yaml';
import { readFileOrNull } from './config-file.ts';
import { CONFIG_SCHEMA_URL } from './config-schema-url.ts';
import { parseConfig } from './parse-config.ts';

export interface NewSource {
  readonly name: string;
  /** `type` and all settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The context whose cluster's log it holds; null: none, it is asked for by name. */
  readonly context: string | null;
}

/** The text is held against the schema before it is written. Throws UserError AUDIT_BAD_CONFIG. */
export async function addToConfig(path: string, { name, settings, context }: NewSource): Promise<void> {
  const text = await readFileOrNull(path);
  const document = text === null || text.trim() === '' ? newDocument() : parseDocument(text);
  document.setIn(['sources', name], document.createNode(settings));
  if (context !== null) {
    const before: unknown = document.getIn(['contexts', context], false);
    if (isSeq(before)) before.add(name);
    else {
      const names = typeof before === 'string' ? [before, name] : [name];
      document.setIn(['contexts', context], document.createNode(names, { flow: true }));
    }
  }
  if (!isMap(document.contents)) throw new Error('a configuration is a map');
  const written = `${document.toString({ lineWidth: 0 }).trimEnd()}\n`;
  parseConfig(written, path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, written, { mode: 0o600, flag: 'wx' });
  await chmod(fresh, 0o600);
  await rename(fresh, path);
}

/** Editors that understand it complete and check what is written by hand. */
function newDocument(): Document {
  const document = new Document({ version: 1 });
  document.commentBefore = ` yaml-language-server: $schema=${CONFIG_SCHEMA_URL}`;
  return document;
}
