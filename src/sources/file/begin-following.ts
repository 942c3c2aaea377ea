/** How following a log file begins: what is there by then is read first, and what is not there yet is waited for. */
import type { Query } from '../../query/query.ts';
import { type FindOptions, type Found, nothingFound } from './find-files.ts';
import type { FollowedFiles } from './followed-files.ts';
import { looksLikeAudit } from './looks-like-audit.ts';
import type { ReadingStep } from './reading-list.ts';
import { notAnAuditLog } from './reading-tally.ts';

/** Throws a UserError where waiting is of no use. */
export async function beginFollowing(
  followed: FollowedFiles,
  options: FindOptions,
  readsStdin: boolean,
): Promise<void> {
  const found = await followed.begin();
  const isRefused = found.failures.some(({ kind }) => kind === 'unreadable');
  if (found.files.length === 0 && isRefused && !readsStdin) throw nothingFound(found);
  const looks = await Promise.all(
    found.files.map(async (file) =>
      file.isStream || file.isFromFolder
        ? 'audit log'
        : await looksLikeAudit(file.path, options.unwrap, options.signal).catch(() => 'empty' as const),
    ),
  );
  const stranger = found.files.find((_, n) => looks[n] === 'something else');
  if (stranger !== undefined && !looks.includes('audit log')) throw notAnAuditLog(stranger.name);
}

/** What is not there yet is waited for. */
export function withoutAwaited(found: Found): Found {
  return { ...found, failures: found.failures.filter(({ kind }) => kind === 'unreadable') };
}

/** What is there when following begins. */
export async function stepsBefore(
  followed: FollowedFiles,
  following: Query['following'],
  steps: readonly ReadingStep[],
): Promise<ReadingStep[]> {
  const before: ReadingStep[] = [];
  for (const step of steps) {
    if (step.file.isStream) before.push(step);
    if (step.file.isStream || following === 'from now') continue;
    const end = step.skip === null ? await followed.endOf(step.file) : Number.POSITIVE_INFINITY;
    if (end !== null) before.push(Number.isFinite(end) ? { ...step, to: end } : step);
  }
  return before;
}
