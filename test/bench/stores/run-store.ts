/** One store: the log is put into it once, then each question is asked by us and by curl in turn, A B A B, and the answers compared. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStore } from '../../e2e/stores/start-store.ts';
import { type Answer, assertSame, ourAnswer } from '../answers.ts';
import { compare, isMet, type RunPair, type Spread, spreadOf } from '../figures.ts';
import { type Measured, measure } from '../measure.ts';
import type { EventLog } from './events.ts';
import { type CountingFront, startFront, type Traffic } from './front.ts';
import { QUESTIONS, type StoreQuestion } from './questions.ts';
import { type BenchStore, LOADERS } from './stores.ts';

/** Of the bytes of its hits, and of curl's time: for questions that find events. */
export const MOST_BYTES_A_HIT_BYTE = 3;
export const MOST_OF_CURLS_TIME = 1.3;

const program = fileURLToPath(new URL('../../../bin/kubectl-audit.js', import.meta.url));
const WITH_GAPS = [3];

export interface QuestionResult {
  readonly question: string;
  readonly title: string;
  /** Requests that were found, or groups. */
  readonly found: number;
  /** Of the events that were found, as they stand in the log; null: of groups. */
  readonly hitBytes: number | null;
  /** Of the store's answers, heads and all. */
  readonly ourTraffic: Traffic;
  readonly curlTraffic: Traffic;
  readonly runs: readonly RunPair[];
  readonly oursMs: Spread;
  readonly curlMs: Spread;
  readonly timesCurl: Spread;
  /** Null: there is no aim. */
  readonly isMet: { readonly bytes: boolean | null; readonly time: boolean | null };
}

export interface StoreResult {
  readonly store: BenchStore;
  readonly events: number;
  readonly loadSeconds: number;
  /** The same questions to an empty window. */
  readonly emptyMs: Readonly<Record<string, Spread>>;
  readonly emptyTraffic: Readonly<Record<string, Traffic>>;
  readonly questions: readonly QuestionResult[];
}

export async function runStore(store: BenchStore, log: EventLog, runs: number): Promise<StoreResult> {
  const server = await startStore(store);
  const cache = mkdtempSync(join(tmpdir(), 'bench-stores-'));
  const front = await startFront(server.url);
  try {
    const began = Date.now();
    await LOADERS[store].load(server.url, log);
    const loadSeconds = (Date.now() - began) / 1000;
    process.stderr.write(`${store}: ${log.events} events in ${loadSeconds.toFixed(0)} s\n`);
    const asking = new Asking(store, front, log, cache);
    const questions: QuestionResult[] = [];
    const emptyMs: Record<string, Spread> = {};
    const emptyTraffic: Record<string, Traffic> = {};
    for (const question of QUESTIONS) {
      process.stderr.write(`${store}: ${question.name}\n`);
      questions.push(await asking.pairs(question, runs));
      const empty = await asking.empty(question, runs);
      emptyMs[question.name] = empty.ms;
      emptyTraffic[question.name] = empty.traffic;
    }
    return { store, events: log.events, loadSeconds, emptyMs, emptyTraffic, questions };
  } finally {
    await front.stop();
    await server.stop();
    rmSync(cache, { recursive: true, force: true });
  }
}

class Asking {
  readonly #store: BenchStore;
  readonly #front: CountingFront;
  readonly #log: EventLog;
  readonly #home: string;

  constructor(store: BenchStore, front: CountingFront, log: EventLog, home: string) {
    this.#store = store;
    this.#front = front;
    this.#log = log;
    this.#home = home;
  }

  /** The first pair is not counted: stores fill their caches. */
  async pairs(question: StoreQuestion, runs: number): Promise<QuestionResult> {
    const { name, title, answer, ours, curl, answerIn } = question;
    const times: RunPair[] = [];
    let found: Answer = new Map();
    let [ourTraffic, curlTraffic]: Traffic[] = [];
    for (let run = 0; run <= runs; run++) {
      const us = await this.#ask(ours, this.#log);
      const them = await this.#measure(curl[this.#store](this.#front.url, this.#log));
      found = ourAnswer(answer, us.stdout);
      assertSame(found, answerIn[this.#store](them.stdout), `curl of ${this.#store} (${name})`);
      [ourTraffic, curlTraffic] = [us.traffic, them.traffic];
      if (run > 0) times.push({ oursMs: us.wallMs, theirsMs: them.wallMs });
    }
    if (ourTraffic === undefined || curlTraffic === undefined) throw new Error('no run');
    const timesCurl = compare('ours / theirs', times);
    const hitBytes = answer === 'ids' ? await bytesOf(found, this.#log) : null;
    const hasAims = answer === 'ids';
    return {
      ...{ question: name, title, found: found.size, hitBytes, ourTraffic, curlTraffic, runs: times },
      oursMs: spreadOf(times.map(({ oursMs }) => oursMs)),
      curlMs: spreadOf(times.map(({ theirsMs }) => theirsMs)),
      timesCurl,
      isMet: {
        bytes: hitBytes === null ? null : ourTraffic.bytes <= hitBytes * MOST_BYTES_A_HIT_BYTE,
        time: hasAims ? isMet('ours / theirs', timesCurl, MOST_OF_CURLS_TIME) : null,
      },
    };
  }

  /** Of a time before anything in the log: what starting and looking take. */
  async empty(
    { ours }: StoreQuestion,
    runs: number,
  ): Promise<{ readonly ms: Spread; readonly traffic: Traffic }> {
    const before = (hours: number): string =>
      new Date(Date.parse(this.#log.since) - hours * 3600_000).toISOString();
    const asked = [];
    for (let run = 0; run < runs; run++)
      asked.push(await this.#ask(ours, { since: before(48), until: before(24) }));
    const [first] = asked;
    if (first === undefined) throw new Error('no run');
    return { ms: spreadOf(asked.map(({ wallMs }) => wallMs)), traffic: first.traffic };
  }

  #ask(words: string, { since, until }: Pick<EventLog, 'since' | 'until'>) {
    const source = LOADERS[this.#store].source(this.#front.url);
    const flags = `--since ${since} --until ${until} --source '${source}' -o json --no-live`;
    // Nobody's configuration.
    const env = `HOME='${this.#home}' XDG_CONFIG_HOME= KUBECTL_AUDIT_CONFIG= KUBECONFIG=/nonexistent`;
    return this.#measure(`${env} '${process.execPath}' '${program}' ${words} ${flags}`);
  }

  async #measure(line: string): Promise<Measured & { readonly traffic: Traffic }> {
    this.#front.take();
    const measured = await measure(line, WITH_GAPS);
    return { ...measured, traffic: this.#front.take() };
  }
}

/** Of all events of those requests. */
async function bytesOf(ids: Answer, log: EventLog): Promise<number> {
  let bytes = 0;
  for await (const lines of log.batches()) {
    for (const line of lines) {
      const id = /"auditID":"([^"]+)"/.exec(line)?.[1];
      if (id !== undefined && ids.has(id)) bytes += Buffer.byteLength(line);
    }
  }
  return bytes;
}
