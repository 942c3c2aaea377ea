/**
 * An API server's standard output through `pods/log`: what its container wrote since the kubelet last rotated it (10 MiB as a
 * rule), the server's own messages in between. For those who may not read the node's files; those have the rotated ones too.
 */
import { UserError } from '../../errors.ts';
import type { EventBatch } from '../../event/batch.ts';
import { formatMicros } from '../../event/micros.ts';
import type { ApiServer } from '../../io.ts';
import { scan } from '../../scan/scan.ts';
import { unwrap } from '../envelope.ts';
import { FileGone } from '../rotated-logs/log-folder.ts';
import { refusalOf } from './kubelet-refusal.ts';
import type { PieceReader, ReadOptions } from './log-reader.ts';
import type { NodeLog, PodOutput } from './node-log.ts';

export class PodOutputReader implements PieceReader {
  readonly name: string;
  readonly isWhole = true;
  readonly reachedUs = null;
  readonly newestUs = null;
  readonly #api: ApiServer;
  readonly #log: NodeLog;
  readonly #output: PodOutput;
  readonly #sinceUs: number | null;
  readonly #options: ReadOptions;
  #isDone = false;
  #bytesRead = 0;

  constructor(
    api: ApiServer,
    log: NodeLog,
    output: PodOutput,
    name: string,
    sinceUs: number | null,
    options: ReadOptions,
  ) {
    this.#api = api;
    this.#log = log;
    this.#output = output;
    this.name = name;
    this.#sinceUs = sinceUs;
    this.#options = options;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** It cannot be told beforehand. */
  get wantedBytes(): number {
    return 0;
  }

  get leftBytes(): number {
    return 0;
  }

  async *readPiece(_bytes: number, signal: AbortSignal): AsyncGenerator<EventBatch> {
    this.#isDone = true;
    const { sieve, tally } = this.#options;
    const file = outputUrl(this.#output, this.#sinceUs);
    try {
      const response = await this.#api.get(file, { signal });
      if (response.status !== 200)
        throw await podRefusal(await refusalOf(response, this.#log.node, file), this.#output);
      const onTrouble = (why: string): void => tally.addTrouble(this.name, file, why);
      yield* scan(this.#counted(response.body), {
        source: this.name,
        file,
        unwrap,
        sieve,
        onTrouble,
        signal,
      });
      const text = `${this.name}: of the standard output, pods/log gives what was written since the kubelet rotated it last`;
      tally.addNote({ code: 'live-output-only', text });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error)) throw error;
      const failure =
        error instanceof UserError
          ? error
          : new UserError('AUDIT_CLUSTER_UNREACHABLE', `the connection broke: ${error.message}`, {
              cause: error,
            });
      tally.addFailure(this.#log, this.name, failure, null);
    }
  }

  learn(): void {}

  takeBytesRead(): number {
    const bytes = this.#bytesRead;
    this.#bytesRead = 0;
    return bytes;
  }

  async *#counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#bytesRead += chunk.length;
      yield chunk;
    }
  }
}

/** `sinceTime` has whole seconds: rounded down. */
export function outputUrl({ namespace, pod, container }: PodOutput, sinceUs: number | null): string {
  const since =
    sinceUs === null ? '' : `&sinceTime=${formatMicros(Math.floor(sinceUs / 1e6) * 1e6).slice(0, 19)}Z`;
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${encodeURIComponent(container)}${since}`;
}

async function podRefusal(error: UserError | FileGone, { namespace, pod }: PodOutput): Promise<UserError> {
  if (error instanceof FileGone)
    return new UserError('AUDIT_NO_AUDIT_LOG', `there is no pod ${namespace}/${pod}`);
  if (error.code !== 'AUDIT_FORBIDDEN') return error;
  return new UserError(
    'AUDIT_FORBIDDEN',
    `reading the output of ${pod} needs the right to get pods/log in ${namespace}`,
    {
      cause: error,
    },
  );
}
