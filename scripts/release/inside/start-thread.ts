/** src/scan/threads/start-thread.ts, of an executable: a thread's program lies in it. */
import { getAsset } from 'node:sea';
import { Worker, type WorkerOptions } from 'node:worker_threads';

export function startThread(options: WorkerOptions): Worker {
  source ??= getAsset('thread.js', 'utf8');
  return new Worker(source, { ...options, eval: true });
}

let source: string | null = null;
