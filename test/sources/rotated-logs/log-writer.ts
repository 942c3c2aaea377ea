/** A log in a folder as its writer, and whatever rotates it, treat it. Every line is another one, and long enough to tell a file by. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { line } from '../../scan/scan-text.ts';

export class LogWriter {
  readonly folder: string;
  readonly path: string;
  readonly written: string[] = [];
  #stampMs = Date.parse('2026-11-22T10:00:00.000Z');
  #half = '';

  constructor(folder: string, name = 'audit.log') {
    this.folder = folder;
    this.path = join(folder, name);
  }

  /** IDs of the events written so far that are whole. */
  append(count = 1): void {
    let text = '';
    for (let n = 0; n < count; n++) text += this.#next();
    this.#write(text);
  }

  /** The beginning of a line; the rest comes with the next write. */
  appendHalf(share = 0.5): void {
    if (this.#half !== '') return;
    const text = this.#next();
    const cut = Math.max(1, Math.floor(text.length * share));
    this.#half = text.slice(cut);
    appendFileSync(this.path, text.slice(0, cut));
  }

  finishHalf(): void {
    this.#write('');
  }

  /** lumberjack's way: a stamped name, then a new file. */
  rotateByStamp(): string {
    this.finishHalf();
    this.#stampMs += 1000;
    const stamp = new Date(this.#stampMs).toISOString().replaceAll(':', '-').replace('Z', '');
    const to = join(this.folder, `audit-${stamp}.log`);
    if (!existsSync(this.path)) return to;
    renameSync(this.path, to);
    return to;
  }

  /** logrotate's way: audit.log.1, the others shifted, compressed ones as well. */
  rotateByNumber(how: 'rename' | 'copytruncate'): string {
    this.finishHalf();
    const to = `${this.path}.1`;
    if (!existsSync(this.path)) return to;
    this.#shift();
    if (how === 'rename') renameSync(this.path, to);
    else {
      copyFileSync(this.path, to);
      truncateSync(this.path, 0);
    }
    return to;
  }

  compress(path: string): void {
    if (!existsSync(path)) return;
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    rmSync(path);
  }

  truncate(): void {
    this.finishHalf();
    if (existsSync(this.path)) truncateSync(this.path, 0);
  }

  #shift(): void {
    const numbered = readdirSync(this.folder).flatMap((name) => {
      const parts = /^audit\.log\.(\d+)(\.gz)?$/.exec(name);
      return parts === null ? [] : [{ name, n: Number(parts[1]), ending: parts[2] ?? '' }];
    });
    for (const { name, n, ending } of numbered.sort((a, b) => b.n - a.n))
      renameSync(join(this.folder, name), `${this.path}.${n + 1}${ending}`);
  }

  #write(text: string): void {
    appendFileSync(this.path, this.#half + text);
    this.#half = '';
  }

  #next(): string {
    const id = `event-${this.written.length}`;
    this.written.push(id);
    return `${line(id)}\n`;
  }
}
