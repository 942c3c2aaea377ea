/** What one file held, and how it begins: enough to say that it is no audit log. */
import type { EventBatch } from '../../event/batch.ts';

/** Of the first line, for a message. */
const SHOWN_CHARACTERS = 60;
const KEPT_BYTES = 4096;

export class FileCount {
  readonly log: string;
  readonly name: string;
  #events = 0;
  #others = 0;
  #bytes = 0;
  #first = '';

  constructor(log: string, name: string) {
    this.log = log;
    this.name = name;
  }

  /** Decoded, passed over, or salvaged. */
  get events(): number {
    return this.#events;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  get isStrange(): boolean {
    return this.#events === 0 && this.#others > 0;
  }

  /** In words, on one line. The text is the file's own: hostile. */
  get beginning(): string {
    const line = this.#first.split('\n', 1)[0]?.trim() ?? '';
    if (/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(line)) return 'binary data';
    const shown = line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
    return `${/^[{[]/.test(line) ? 'other JSON' : 'text'}: ${shown}`;
  }

  add({ events, rejects, passedOver }: EventBatch): void {
    const salvaged = rejects.filter((reject) => reject.salvaged !== null).length;
    this.#events += events.length + passedOver.events + salvaged;
    this.#others += rejects.length - salvaged;
  }

  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (this.#bytes === 0) this.#first = Buffer.from(chunk.subarray(0, KEPT_BYTES)).toString('utf8');
      this.#bytes += chunk.length;
      yield chunk;
    }
  }
}
