/** Threads, kept from one scan to the next: to start one takes some 20 ms. None keeps the process from ending. */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { startThread } from './start-thread.ts';

/** More are seldom faster than what there is to read from. */
const MOST_THREADS = 4;

/** 1: there is nothing to be gained. */
export function threadCount(): number {
  return Math.min(MOST_THREADS, availableParallelism());
}

const idle: Worker[] = [];

/** So that they are there when they are borrowed: whoever borrows them learns whether they can be started. */
export function startThreads(count: number): void {
  try {
    while (idle.length < count) giveBackThread(start());
  } catch {
    return;
  }
}

/** For their caller alone. Null: so many cannot be started. */
export function borrowThreads(count: number): readonly Worker[] | null {
  const borrowed: Worker[] = [];
  try {
    while (borrowed.length < count) borrowed.push(idle.pop() ?? start());
  } catch {
    for (const worker of borrowed) giveBackThread(worker);
    return null;
  }
  for (const worker of borrowed) worker.ref();
  return borrowed;
}

function start(): Worker {
  return startThread({ resourceLimits: { maxYoungGenerationSizeMb: 4 } });
}

/** It must have nothing left to do. */
export function giveBackThread(worker: Worker): void {
  stopListening(worker);
  worker.unref();
  // One that could not be started, say, is nobody's.
  worker.on('error', () => {
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
  });
  idle.push(worker);
}

/** By name: a worker has listeners of its own, without which it is deaf. */
export function stopListening(worker: Worker): void {
  worker.removeAllListeners('message');
  worker.removeAllListeners('error');
}
