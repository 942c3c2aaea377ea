/** Where a thread's program is: beside the source, and beside the bundle's chunks (scripts/bundle.ts). An executable has its own of this. */
import { Worker, type WorkerOptions } from 'node:worker_threads';

export function startThread(options: WorkerOptions): Worker {
  return new Worker(new URL(ENTRY, import.meta.url), options);
}

const ENTRY = import.meta.url.endsWith('.ts') ? './worker.ts' : '../scan/threads/worker.js';
