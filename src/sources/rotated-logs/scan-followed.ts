/** A followed log → batches of events, each as soon as its lines are there. */

import { UserError } from '../../errors.ts';
import type { EventBatch } from '../../event/batch.ts';
import { scan } from '../../scan/scan.ts';
import type { Sieve } from '../../scan/sieve.ts';
import { unwrap } from '../envelope.ts';
import type { FollowedLog } from './followed-log.ts';

export interface ScanFollowedOptions {
  readonly sieve: Sieve | null;
  readonly onNews: (text: string) => void;
}

/** Never ends by itself; throws the signal's reason. */
export async function* scanFollowed(
  log: FollowedLog,
  { sieve, onNews }: ScanFollowedOptions,
  signal: AbortSignal,
): AsyncGenerator<EventBatch> {
  for await (const { file, isBeginning, chunks } of log.sections(signal)) {
    const onTrouble = (why: string): void => onNews(`"${file}" could not be read to its end: ${why}`);
    const place = { source: log.name, file, isBeginning };
    const options = { ...place, unwrap, sieve, onTrouble, signal, isFollowing: true };
    try {
      yield* scan(chunks, options);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
      onNews(error.message);
    }
  }
}
