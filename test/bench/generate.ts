/**
 * A log of any size, in a cache folder: the recorded incidents, one after the other in time, each time in other namespaces,
 * with other objects, people and ids. The same size gives the same bytes.
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { type Incident, readIncidents, type SlotKind } from './incident.ts';

/** Of this generator: another one writes other files. */
const VERSION = 1;
export const LOG_BEGINS = '2025-01-01T00:00:00Z';
const pauseMs = 60_000;
const chunkChars = 1 << 20;

export type Encoding = 'plain' | 'gzip' | 'zstd';

/** Every sixtieth telling is word for word the demo's: prod, api, alice. */
const POOLS: Readonly<Record<'namespace' | 'name' | 'user', number>> = { namespace: 4, name: 5, user: 20 };

/** The log's path in each encoding asked for. */
export async function generatedLogs(
  folder: string,
  bytes: number,
  encodings: readonly Encoding[],
): Promise<ReadonlyMap<Encoding, string>> {
  mkdirSync(folder, { recursive: true });
  const plain = join(folder, `audit-v${VERSION}-${bytes}.log`);
  if (!existsSync(plain)) {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < bytes * 1.5)
      throw new Error(`${folder} has no room for ${bytes} bytes and archives`);
    await whole(plain, async (path) => writeLog(path, bytes));
  }
  const logs = new Map<Encoding, string>();
  for (const encoding of encodings) logs.set(encoding, await encoded(plain, encoding));
  return logs;
}

async function encoded(plain: string, encoding: Encoding): Promise<string> {
  if (encoding === 'plain') return plain;
  const path = `${plain}.${encoding === 'gzip' ? 'gz' : 'zst'}`;
  if (existsSync(path)) return path;
  const packer = encoding === 'gzip' ? createGzip() : createZstdCompress();
  await whole(path, (part) => pipeline(createReadStream(plain), packer, createWriteStream(part)));
  return path;
}

/** So that one that was broken off is not taken for a log. */
async function whole(path: string, write: (path: string) => Promise<void>): Promise<void> {
  await write(`${path}.part`);
  renameSync(`${path}.part`, path);
}

function writeLog(path: string, bytes: number): void {
  const incidents = readIncidents();
  const file = openSync(path, 'w');
  let written = 0;
  let startMs = Date.parse(LOG_BEGINS);
  let chunk = '';
  for (let round = 0; written < bytes; round++) {
    const incident = incidents[round % incidents.length];
    if (incident === undefined) throw new Error('no incident is recorded');
    for (const line of tell(incident, round, startMs)) {
      chunk += line;
      if (chunk.length < chunkChars) continue;
      written += writeSync(file, chunk);
      chunk = '';
      if (written >= bytes) break;
    }
    startMs += incident.untilMs - incident.fromMs + pauseMs;
  }
  closeSync(file);
}

function* tell(incident: Incident, round: number, startMs: number): Generator<string> {
  const said = new Map<string, string>();
  const shiftS = Math.round((startMs - incident.fromMs) / 1000);
  for (const { kept, slots } of incident.stencils) {
    let line = kept[0] ?? '';
    for (const [at, { kind, text }] of slots.entries()) {
      const key = `${kind} ${text}`;
      let varied = said.get(key);
      if (varied === undefined) {
        varied = vary(kind, text, round, shiftS);
        said.set(key, varied);
      }
      line += varied + (kept[at + 1] ?? '');
    }
    yield `${line}\n`;
  }
}

function vary(kind: SlotKind, text: string, round: number, shiftS: number): string {
  switch (kind) {
    case 'id': {
      // Multiplication by an odd number: no two rounds give one id the same beginning.
      const mixed = (Number.parseInt(text.slice(0, 8), 16) ^ Math.imul(round, 0x9e3779b1)) >>> 0;
      return mixed.toString(16).padStart(8, '0') + text.slice(8);
    }
    case 'time': {
      const second = Math.floor(Date.parse(text) / 1000) + shiftS;
      return new Date(second * 1000).toISOString().slice(0, 19) + text.slice(19);
    }
    case 'namespace':
    case 'name':
    case 'user': {
      const nth = round % POOLS[kind];
      return nth === 0 ? text : `${text}-${nth}`;
    }
  }
}
