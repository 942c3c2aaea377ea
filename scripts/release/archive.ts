/** Files → a .tar.gz that krew takes: plain files in one folder. The same bytes each time. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';

export interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isExecutable?: boolean;
}

const BLOCK = 512;

/** `seconds`: the time of all files, since the epoch. */
export async function toArchive(entries: readonly Entry[], seconds: number): Promise<Buffer> {
  const parts = entries.flatMap((entry) => [
    headOf(entry, seconds),
    entry.bytes,
    padding(entry.bytes.length),
  ]);
  return await gzipped(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]));
}

/** `gzip 1.12`: another one may write other bytes. */
export function gzipVersion(): string {
  return execFileSync('gzip', ['--version'], { encoding: 'utf8' }).split('\n', 1)[0] ?? '';
}

/** By gzip itself: what Node has built in is made for speed, and is 3 % worse. */
async function gzipped(bytes: Buffer): Promise<Buffer> {
  const gzip = spawn('gzip', ['-n9'], { stdio: ['pipe', 'pipe', 'inherit'] });
  gzip.stdin.end(bytes);
  const ended = once(gzip, 'close');
  const packed = await buffer(gzip.stdout);
  const [status] = await ended;
  if (status !== 0) throw new Error(`gzip ended with ${status}`);
  return packed;
}

/** POSIX ustar; of the root user. */
function headOf({ name, bytes, isExecutable = false }: Entry, seconds: number): Buffer {
  const head = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(name) > 100) throw new Error(`too long a name for an archive: ${name}`);
  head.write(name, 0);
  writeOctal(head, 100, 8, isExecutable ? 0o755 : 0o644);
  writeOctal(head, 108, 8, 0);
  writeOctal(head, 116, 8, 0);
  writeOctal(head, 124, 12, bytes.length);
  writeOctal(head, 136, 12, seconds);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\0', 257);
  head.write('00', 263);
  head.write(
    `${octal(
      head.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  );
  return head;
}

function writeOctal(head: Buffer, at: number, bytes: number, value: number): void {
  head.write(`${octal(value, bytes - 1)}\0`, at);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);
}
