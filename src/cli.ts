#!/usr/bin/env node
/** The process: its streams, clock, signals and exit status. The only file that touches `process`; what is done with them is run.ts's. */
import { basename } from 'node:path';
import { calledPath, demoFolder } from './installed.ts';
import { ClosedPipe, type Io, type TextSink } from './io.ts';
import { run } from './run.ts';

const interrupted = new AbortController();
let isInputOpen = false;

function realIo(): Io {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupted.abort();
      // Whoever waits for a pipe that says nothing would wait on.
      if (isInputOpen) process.stdin.destroy();
      // A second one ends the program at once: nothing is left to clean up but open files.
      process.once(signal, () => process.exit(130));
    });
  }
  return {
    // What it takes to open it, 3 to 8 ms, is for those who look at it.
    get in() {
      isInputOpen = true;
      return process.stdin;
    },
    get inIsTTY() {
      isInputOpen = true;
      return process.stdin.isTTY === true;
    },
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    now: () => Date.now(),
    env: process.env,
    signal: interrupted.signal,
    // 17 ms, for those who print or read local times.
    get timeZone() {
      return localZone();
    },
    calledAs: calledAs(calledPath(process.argv, process.argv0)),
    cwd: process.cwd(),
    get demoFolder() {
      return demoFolder();
    },
  };
}

/** An empty or a wrong TZ has no name, or one that Intl itself refuses, and the clock shows UTC. */
function localZone(): string {
  const zone: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone ?? 'UTC' }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

function sinkOf(stream: NodeJS.WriteStream): TextSink {
  // Without a listener, a closed pipe ends the process with a stack.
  stream.on('error', () => {});
  return {
    isTTY: stream.isTTY === true,
    columns: stream.isTTY === true ? stream.columns : null,
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          if (error === null || error === undefined) resolve();
          else reject((error as NodeJS.ErrnoException).code === 'EPIPE' ? new ClosedPipe() : error);
        });
      }),
  };
}

/** kubectl runs `kubectl-audit who-did` for `kubectl audit who-did`, and an underscore for each dash of the name. */
function calledAs(script: string): string {
  const name = basename(script);
  const plugin = /^kubectl-([\w]+)(?:\.exe)?$/.exec(name)?.[1];
  return plugin === undefined ? 'kubectl-audit' : `kubectl ${plugin.replaceAll('_', '-')}`;
}

void run(process.argv.slice(2), realIo()).then((status) => {
  process.exitCode = status;
  // What is piped in may go on for ever, and nobody reads it any more.
  if (isInputOpen) process.stdin.destroy();
});
