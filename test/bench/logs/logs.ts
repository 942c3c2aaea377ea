/** The logs the benchmark reads, made once and kept outside the checkout, and how each is told in the tables. */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { writeLog } from './write-log.ts';

export type LogName = 'mixed' | 'mixed-4' | 'metadata' | 'gzip' | 'zstd';

export interface Log {
  readonly path: string;
  readonly bytes: number;
  /** Of the text that is packed in it. */
  readonly textBytes: number;
}

/** Of the generator: another one writes other files. */
const VERSION = 1;
const SEED = 20_260_101;

/** `bytes`: of the smaller ones; `mixed-4` is four times that. */
export async function madeLog(folder: string, name: LogName, bytes: number): Promise<Log> {
  mkdirSync(folder, { recursive: true });
  const textBytes = name === 'mixed-4' ? bytes * 4 : bytes;
  if (name === 'gzip' || name === 'zstd') {
    const { path: plain } = await madeLog(folder, 'mixed', bytes);
    const packer = name === 'gzip' ? createGzip : createZstdCompress;
    const path = await whole(`${plain}.${name === 'gzip' ? 'gz' : 'zst'}`, (part) =>
      pipeline(createReadStream(plain), packer(), createWriteStream(part)),
    );
    return { path, bytes: statSync(path).size, textBytes: statSync(plain).size };
  }
  const path = join(folder, `${name === 'metadata' ? name : 'mixed'}-v${VERSION}-${textBytes}.log`);
  await whole(path, async (part) => {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < textBytes * 1.3) throw new Error(`${folder} has no room for ${textBytes} bytes`);
    writeLog(part, { bytes: textBytes, seed: SEED, hasBodies: name !== 'metadata' });
  });
  return { path, bytes: statSync(path).size, textBytes: statSync(path).size };
}

/** So that one that was broken off is not taken for a log. */
async function whole(path: string, write: (part: string) => Promise<void>): Promise<string> {
  if (existsSync(path)) return path;
  process.stderr.write(`making ${path}\n`);
  await write(`${path}.part`);
  renameSync(`${path}.part`, path);
  return path;
}
