/** What is done to a log while it is followed, a step at a time, for property tests. */
import fc from 'fast-check';
import type { LogWriter } from './log-writer.ts';

export type WritingStep =
  | { readonly do: 'append'; readonly count: number }
  | { readonly do: 'half'; readonly share: number }
  /** Put aside: under a stamped name, under a number, or as a copy; and perhaps compressed. */
  | { readonly do: 'stamp' | 'number' | 'copy'; readonly packs: boolean }
  /** The follower has time to look at it. */
  | { readonly do: 'look'; readonly ms: number };

export const appending = step('append', { count: fc.nat(5) });
export const halfWriting = step('half', { share: fc.double({ min: 0, max: 0.99, noNaN: true }) });
export const looking = (mostMs: number) => step('look', { ms: fc.nat(mostMs) });
export const puttingAside = (how: 'stamp' | 'number' | 'copy') => step(how, { packs: fc.boolean() });

export async function perform(writer: LogWriter, each: WritingStep): Promise<void> {
  if (each.do === 'append') writer.append(each.count);
  else if (each.do === 'half') writer.appendHalf(each.share);
  else if (each.do === 'look') await new Promise((resolve) => setTimeout(resolve, each.ms));
  else {
    const old =
      each.do === 'stamp'
        ? writer.rotateByStamp()
        : writer.rotateByNumber(each.do === 'copy' ? 'copytruncate' : 'rename');
    if (each.packs) writer.compress(old);
  }
}

function step<Name extends string, Values extends object>(
  name: Name,
  values: { [Key in keyof Values]: fc.Arbitrary<Values[Key]> },
): fc.Arbitrary<{ readonly do: Name } & Values> {
  return fc.record<Values>(values).map((drawn) => ({ do: name, ...drawn }));
}
