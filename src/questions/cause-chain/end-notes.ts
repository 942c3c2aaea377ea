/** Where chains of causes end without a person: what was looked for, and is not in what was read. */
import type { Note } from '../../event/coverage.ts';
import { kubectlName } from '../../event/resource-names.ts';
import type { Fact } from '../fact/fact.ts';
import { actorName } from './actor-name.ts';
import type { Links } from './links.ts';

/** `deeds`: newest first. Ends that read the same are told once. */
export function endNotes(deeds: readonly Fact[], links: Links): readonly Note[] {
  const texts = new Map<string, number>();
  const passed = new Set<string>();
  let level: readonly Fact[] = deeds;
  while (level.length > 0) {
    const next: Fact[] = [];
    for (const fact of level) {
      if (passed.has(fact.key)) continue;
      passed.add(fact.key);
      const nearest = links.of(fact);
      next.push(...nearest.links.map((link) => link.fact));
      const missing = nearest.findings.flatMap((finding) => finding.missing ?? []);
      if (nearest.links.length > 0 || missing.length === 0) continue;
      const text = endText(fact, missing);
      texts.set(text, (texts.get(text) ?? 0) + 1);
    }
    level = next;
  }
  return [...texts].map(([text, count]) => ({
    code: 'cause-not-in-log',
    text: count === 1 ? text : `${text} (${count} times)`,
  }));
}

function endText({ row }: Fact, missing: readonly string[]): string {
  const { group, resource, namespace, name } = row.object;
  const type = kubectlName(group ?? '', resource ?? '');
  const what = [namespace, name === null ? type : `${type}/${name}`]
    .filter((part) => part !== null)
    .join('/');
  return `${what}: why ${actorName(row.who)} did ${row.did.word} is not in what was read (looked for: ${[...new Set(missing)].join('; or ')})`;
}
