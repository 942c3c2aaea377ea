/** Before much is read of stores that are paid for by what is read: whoever sits at the terminal is asked. */
import { readConfig } from '../config/config-file.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { escapeTerminal } from '../render/escape.ts';
import { Asking } from './asking.ts';
import type { Planned } from './billed-plans.ts';
import { formatBytes, parseSize } from './bytes.ts';

/** Some cents, or some minutes. */
const DEFAULT_ABOVE = '10GB';

/** What is to be paid for, as far as the stores can tell; null: nothing, or not so much that it is asked about. */
export interface Bill {
  readonly bytes: number;
  /** While it is followed, at most; 0 where nothing is. */
  readonly bytesPerHour: number;
  /** That much is read without a question. */
  readonly aboveBytes: number;
  readonly of: readonly { readonly name: string; readonly bytes: number }[];
}

/** Throws UserError AUDIT_BAD_CONFIG. */
export async function largeBill(planned: readonly Planned[], env: Io['env']): Promise<Bill | null> {
  const of = planned.flatMap(({ source: { name, capabilities }, plan: { estimate, isRefused } }) => {
    const { bytes, bytesPerHour = null } = estimate;
    const isKnown = bytes !== null || bytesPerHour !== null;
    return capabilities.billed && isKnown && isRefused !== true
      ? [{ name, bytes: bytes ?? 0, bytesPerHour: bytesPerHour ?? 0 }]
      : [];
  });
  if (of.length === 0) return null;
  const aboveBytes = parseSize((await readConfig(env)).confirmAbove ?? DEFAULT_ABOVE, 'confirmAbove');
  const bytes = of.reduce((sum, each) => sum + each.bytes, 0);
  const bytesPerHour = of.reduce((sum, each) => sum + each.bytesPerHour, 0);
  return bytes + bytesPerHour > aboveBytes ? { bytes, bytesPerHour, aboveBytes, of } : null;
}

/** `42 GB`, and what comes to it each hour. */
export function billInWords({ bytes, bytesPerHour }: Pick<Bill, 'bytes' | 'bytesPerHour'>): string {
  const hourly =
    bytesPerHour === 0 ? '' : `, and up to about ${formatBytes(bytesPerHour)} each hour that it is followed`;
  return `${formatBytes(bytes)}${hourly}`;
}

/** Asks about a large bill, on a terminal. Throws UserError AUDIT_NOT_CONFIRMED for any answer but yes. */
export async function confirmBill(planned: readonly Planned[], io: Io): Promise<void> {
  if (!io.inIsTTY || !io.err.isTTY) return;
  const bill = await largeBill(planned, io.env);
  if (bill === null) return;
  const names = bill.of.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`).join(', ');
  const question = `${names} will look through ${billInWords(bill)} for this, which is paid for. Go on? [y/N]`;
  const answer = await new Asking(io).ask(escapeTerminal(question));
  if (/^y(?:es)?$/i.test(answer ?? '')) return;
  throw new UserError('AUDIT_NOT_CONFIRMED', `nothing was read: ${billInWords(bill)} would be paid for`, {
    hint: 'ask about a shorter time (--since, --until), bound it (--max-bytes), or say --yes',
  });
}
