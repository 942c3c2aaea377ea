/** The audit logs in a folder and below it, told by their first bytes. Links that lead round in a circle are met once. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Failure, type FindOptions, type FoundFile, failureOf, isStats, toFile } from './find-files.ts';
import { looksLikeAudit } from './looks-like-audit.ts';

export interface Walked {
  readonly files: FoundFile[];
  readonly failures: Failure[];
  readonly skipped: string[];
}

export async function walkFolder(name: string, options: FindOptions): Promise<Walked> {
  const walked: Walked = { files: [], failures: [], skipped: [] };
  await walk(name, options, walked, new Set());
  return walked;
}

async function walk(name: string, options: FindOptions, walked: Walked, visited: Set<string>): Promise<void> {
  options.signal.throwIfAborted();
  const path = resolve(options.cwd, name);
  const stats = await stat(path, { bigint: true }).catch((error: unknown) => error);
  if (!isStats(stats)) {
    // A link to nothing or to itself, or a file that went away: there is nothing to miss.
    const failure = failureOf(name, stats);
    if (failure.kind === 'unreadable' && !isCircle(stats)) walked.failures.push(failure);
    return;
  }
  const file = toFile(name, path, stats, true);
  if (visited.has(file.id)) return;
  visited.add(file.id);
  if (stats.isFile()) return addIfAudit(file, options, walked);
  // Pipes and sockets in a folder would block.
  if (!stats.isDirectory()) return;
  const entries = await readdir(path).catch((error: unknown) => error);
  if (!Array.isArray(entries)) {
    walked.failures.push(failureOf(name, entries));
    return;
  }
  for (const entry of entries.map(String).sort()) await walk(join(name, entry), options, walked, visited);
}

async function addIfAudit(file: FoundFile, options: FindOptions, walked: Walked): Promise<void> {
  try {
    const looks = await looksLikeAudit(file.path, options.unwrap, options.signal);
    if (looks === 'audit log') walked.files.push(file);
    else if (looks === 'something else') walked.skipped.push(file.name);
    // An archive whose name speaks of audit may well be the rest of a log that is read here.
    else if (looks === 'unsupported' && /audit/i.test(basename(file.name))) {
      const text = `"${file.name}" is compressed in a way that is not read here (gzip and zstd are)`;
      walked.failures.push({ kind: 'unreadable', name: file.name, text });
    }
  } catch (error) {
    options.signal.throwIfAborted();
    const failure = failureOf(file.name, error);
    if (failure.kind === 'unreadable') walked.failures.push(failure);
  }
}

function isCircle(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOOP';
}
