/** Rules of other logs stand in many collections: by name when there are few of them, else how many of which log. */
import type { RuleNote, RulePlace } from './rule.ts';

export interface OtherRule {
  readonly title: string;
  /** The log that it is of: `source syscall`. */
  readonly log: string;
  readonly place: RulePlace;
}

const FEW = 8;

/** `own`: what ours is called. */
export function notesOfOthers(others: readonly OtherRule[], own: string): readonly RuleNote[] {
  const [first] = others;
  if (first === undefined) return [];
  if (others.length <= FEW)
    return others.map(({ title, log, place }) => ({
      text: `rule ${JSON.stringify(title)} is of ${log}, not of ${own}`,
      place,
    }));
  const counts = new Map<string, number>();
  for (const { log } of others) counts.set(log, (counts.get(log) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a);
  const named = most.slice(0, FEW).map(([log, count]) => `${log}: ${count}`);
  const rest = most.length > FEW ? `; ${most.length - FEW} other logs` : '';
  return [
    { text: `${others.length} rules are not of ${own} (${named.join('; ')}${rest})`, place: first.place },
  ];
}
