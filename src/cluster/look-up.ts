/** One request on behalf of a look: its answer, or why there is none, in words. */
import { UserError } from '../errors.ts';
import type { ApiAnswer, ApiServer } from '../io.ts';
import { wholeText } from '../wire/whole-text.ts';
import type { Budget } from './budget.ts';
import { textAt } from './json.ts';
import { towardsApiServer } from './wire/towards.ts';

export type LookUp =
  | { readonly kind: 'answer'; readonly json: unknown }
  | { readonly kind: 'none'; readonly json: unknown }
  | { readonly kind: 'unknown'; readonly why: string };

export class Asker {
  readonly #api: ApiServer;
  readonly #budget: Budget;

  constructor(api: ApiServer, budget: Budget) {
    this.#api = api;
    this.#budget = budget;
  }

  get(path: string): Promise<LookUp> {
    return this.#ask((signal) => this.#api.send('GET', path, null, signal));
  }

  /** For what can be larger than is worth keeping. */
  getSmall(path: string, maxBytes: number): Promise<LookUp> {
    return this.#ask(async (signal) => {
      const { status, body } = await this.#api.get(path, { signal });
      return {
        status,
        json: parsed(await wholeText(body, towardsApiServer(this.#api.address), maxBytes), status),
      };
    });
  }

  /** For the reviews, which are questions in the form of a creation: nothing is stored. */
  review(path: string, body: unknown): Promise<LookUp> {
    return this.#ask((signal) => this.#api.send('POST', path, body, signal));
  }

  /** A list whose items have their metadata and nothing else. */
  listMetadata(path: string): Promise<LookUp> {
    return this.#ask(async (signal) => {
      const { status, body } = await this.#api.get(path, { headers: { accept: METADATA_LIST }, signal });
      return { status, json: parsed(await wholeText(body, towardsApiServer(this.#api.address)), status) };
    });
  }

  async #ask(request: (signal: AbortSignal) => Promise<ApiAnswer>): Promise<LookUp> {
    try {
      const answer = await this.#budget.spend(request);
      if (answer === null) return { kind: 'unknown', why: this.#whyNot() };
      if (answer.status === 404) return { kind: 'none', json: answer.json };
      if (answer.status >= 200 && answer.status < 300) return { kind: 'answer', json: answer.json };
      const said = textAt(answer.json, 'message');
      return { kind: 'unknown', why: said ?? `the API server answered ${answer.status}` };
    } catch (error) {
      if (error instanceof UserError) return { kind: 'unknown', why: error.message };
      if (this.#budget.signal.aborted) return { kind: 'unknown', why: this.#whyNot() };
      throw error;
    }
  }

  #whyNot(): string {
    return this.#budget.isTimeUp ? 'no answer in time' : 'not asked: too many requests';
  }
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** Null for the page of a gateway; what should be a list and is no JSON tells no absence. */
function parsed(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (status >= 300) return null;
    throw new UserError('AUDIT_CLUSTER_UNREACHABLE', 'what answers is no API server: it sent no JSON', {
      cause,
    });
  }
}
