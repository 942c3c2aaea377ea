/** What one file held, and of which kind it is: enough to say that it is no audit log. None of its text: it may be a secret. */
import type { EventBatch } from '../../event/batch.ts';

/** Of its beginning, to tell the kind by. */
const JUDGED_BYTES = 4096;

export type FileKind = 'text' | 'JSON without audit events' | 'binary data';

export class FileCount {
  readonly log: string;
  readonly name: string;
  readonly #isKnown: boolean;
  #events = 0;
  #others = 0;
  #bytes = 0;
  #kind: FileKind = 'text';

  /** `isKnown`: by other parts of it, as an audit log. */
  constructor(log: string, name: string, isKnown = false) {
    this.log = log;
    this.name = name;
    this.#isKnown = isKnown;
  }

  /** Decoded, passed over, or salvaged. */
  get events(): number {
    return this.#events;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  get isStrange(): boolean {
    return !this.#isKnown && this.#events === 0 && this.#others > 0;
  }

  /** Of a file that is no audit log. */
  get kind(): FileKind {
    return this.#kind;
  }

  add({ events, rejects, passedOver }: EventBatch): void {
    const salvaged = rejects.filter((reject) => reject.salvaged !== null).length;
    this.#events += events.length + passedOver.events + salvaged;
    this.#others += rejects.length - salvaged;
  }

  async *watch(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (this.#bytes === 0) this.#kind = kindOf(chunk.subarray(0, JUDGED_BYTES));
      this.#bytes += chunk.length;
      yield chunk;
    }
  }
}

function kindOf(bytes: Uint8Array): FileKind {
  const beginning = Buffer.from(bytes).toString('latin1');
  // Escapes that colour text are text.
  if (/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(beginning)) return 'binary data';
  return /^(?:\xef\xbb\xbf)?\s*[{[]/.test(beginning) ? 'JSON without audit events' : 'text';
}
