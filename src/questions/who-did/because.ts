/** What who-did's sentence says of causes: the chain behind one deed, who is behind many. */
import { chainText, originOf } from '../cause-chain/chain-text.ts';
import type { Deed } from './deed.ts';
import type { Told } from './who-did-says.ts';

/** The chain that led to it; where it may have been several, each row has its own. */
export function because({ causesOf }: Told, either: readonly Deed[]): string {
  const [deed] = either;
  const chain = deed === undefined || either.length > 1 ? '' : chainText(causesOf(deed));
  return chain === '' ? '' : ` ← ${chain}`;
}

/** Who set off what controllers did, where a chain ends at one of them. */
export function originsOf({ causesOf }: Told, done: readonly Deed[]): string {
  const counts = new Map<string, number>();
  for (const deed of done) {
    const origin = originOf(causesOf(deed));
    if (origin !== null) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  const busiest = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (busiest.length === 0) return '';
  const more = busiest.length > 3 ? ` and ${busiest.length - 3} more` : '';
  return `; set off by ${busiest
    .slice(0, 3)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')}${more}`;
}
