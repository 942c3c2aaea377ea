/** Questions to whoever sits at the terminal, on standard error; answers, a line each, from standard input. */
import type { Io } from '../io.ts';

export class Asking {
  readonly #io: Pick<Io, 'in' | 'err'>;
  #lines: AsyncIterator<string> | null = null;

  constructor(io: Pick<Io, 'in' | 'err'>) {
    this.#io = io;
  }

  /** `question`: escaped for the terminal. Null: there is nobody any more. */
  async ask(question: string): Promise<string | null> {
    await this.#io.err.write(`${question} `);
    this.#lines ??= linesOf(this.#io.in)[Symbol.asyncIterator]();
    const line = await this.#lines.next();
    return line.done === true ? null : line.value.trim();
  }
}

async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + Buffer.from(chunk).toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
