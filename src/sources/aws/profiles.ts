/** The files of `~/.aws`: profiles by name. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Io } from '../../io.ts';

export type Profile = Readonly<Record<string, string | undefined>>;

/** Of both files; what the one with the credentials says goes first. Files that are not there say nothing. */
export async function readProfiles(env: Io['env']): Promise<ReadonlyMap<string, Profile>> {
  const folder = join(env.HOME || env.USERPROFILE || '/', '.aws');
  const config = await textOf(env.AWS_CONFIG_FILE || join(folder, 'config'));
  const credentials = await textOf(env.AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials'));
  const profiles = new Map<string, Profile>();
  for (const [name, said] of [...sectionsOf(config, true), ...sectionsOf(credentials, false)])
    profiles.set(name, { ...profiles.get(name), ...said });
  return profiles;
}

async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

function sectionsOf(text: string, isConfig: boolean): [string, Profile][] {
  const sections: [string, Record<string, string>][] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, header] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
    if (header !== undefined) {
      const name = nameOf(header.trim(), isConfig);
      sections.push([name ?? '', {}]);
      continue;
    }
    // Indented lines are settings within a setting.
    const [, key = '', value = ''] = /^([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const section = sections.at(-1)?.[1];
    if (key !== '' && section !== undefined) section[key] = value;
  }
  return sections.filter(([name]) => name !== '');
}

/** Null: a section of something else. */
function nameOf(header: string, isConfig: boolean): string | null {
  if (!isConfig || header === 'default') return header;
  const [, name] = /^profile\s+["']?(.+?)["']?$/.exec(header) ?? [];
  return name ?? null;
}
