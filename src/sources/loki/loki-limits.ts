/** The server's limits, known by its refusals: what to ask for less of, and how much it gives. */
import type { UserError } from '../../errors.ts';
import { isTransient, TimeUp } from '../../wire/network-error.ts';
import { isRefusedWith } from '../store/ask-store.ts';

export type Limit =
  /** Lines at once. */
  | { readonly of: 'lines'; readonly most: number }
  /** Bytes of an answer, between its own parts. */
  | { readonly of: 'answer' }
  /** How long a stretch may be. */
  | { readonly of: 'length'; readonly mostNs: bigint }
  /** What it would have to read for the stretch. */
  | { readonly of: 'work' }
  /** Groups of a count. */
  | { readonly of: 'groups' }
  /** The connection was dropped: what is too large between the server's parts, or takes too long, ends so. */
  | { readonly of: 'unknown' };

export class LimitHit extends Error {
  readonly limit: Limit;
  /** For those who cannot ask for less. */
  readonly refusal: UserError;

  constructor(limit: Limit, refusal: UserError) {
    super(refusal.message, { cause: refusal });
    this.limit = limit;
    this.refusal = refusal;
  }
}

/** Null: it is refused for another reason. */
export function limitOf(error: UserError): Limit | null {
  const isDropped = isTransient(error.cause) || error.cause instanceof TimeUp;
  if (isRefusedWith(error, 504)) return { of: 'work' };
  return limitIn(error.message) ?? (isDropped ? { of: 'unknown' } : null);
}

/** Null: it speaks of something else. The words: pkg/validation/limits.go, pkg/querier, grpc. */
export function limitIn(said: string): Limit | null {
  const [, most = null] = /max_entries_limit_per_query \(\d+ > (\d+)\)/.exec(said) ?? [];
  if (most !== null) return { of: 'lines', most: Number(most) };
  if (/message larger than max|too large to send|ResourceExhausted desc = grpc/.test(said))
    return { of: 'answer' };
  const [, length = null] =
    /time range exceeds the limit \(query length: [^,]+, limit: ([\dwdhmsyn.µu]+)\)/.exec(said) ?? [];
  const mostNs = length === null ? null : nanosOfDuration(length);
  if (mostNs !== null) return { of: 'length', mostNs };
  if (/would read too many bytes|range of (?:the )?query .*too (?:long|large)|deadline exceeded/.test(said))
    return { of: 'work' };
  if (/maximum (?:number )?of (?:unique )?series|too many series/.test(said)) return { of: 'groups' };
  return null;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ...{ ns: 1n, us: 1000n, µs: 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n },
  ...{ h: 3_600_000_000_000n, d: 86_400_000_000_000n, w: 604_800_000_000_000n, y: 31_536_000_000_000_000n },
};

/** `30d1h`; null for none that is known. */
function nanosOfDuration(text: string): bigint | null {
  let ns = 0n;
  const rest = text.replaceAll(/(\d+)(ns|us|µs|ms|s|m|h|d|w|y)/g, (_, number: string, unit: string) => {
    ns += BigInt(number) * (UNITS[unit] ?? 0n);
    return '';
  });
  return rest === '' && ns > 0n ? ns : null;
}
