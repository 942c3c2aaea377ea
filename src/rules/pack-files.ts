/** Our own pack, as files. In the bundle this module holds their text (scripts/bundle.ts). */
import { readdirSync, readFileSync } from 'node:fs';
import type { RuleText } from './rule.ts';

export function packFiles(): readonly RuleText[] {
  const folder = new URL('./pack/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => ({ file: `pack/${name}`, text: readFileSync(new URL(name, folder), 'utf8') }));
}
