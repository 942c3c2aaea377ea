/** Reads the requests of what was found again, for their addresses and audit IDs. */
import type { AuditRequest } from '../../event/request.ts';
import { any } from '../../query/predicate.ts';
import type { Query } from '../../query/query.ts';
import { REQUEST_FIELDS } from '../fact/request-fields.ts';
import type { Outcome, Round } from '../question.ts';
import { anomaliesAnswer } from './anomalies-answer.ts';
import type { Candidate } from './candidate.ts';
import { Requests } from './evidence.ts';
import type { Finding } from './find.ts';
import type { Judged } from './judged.ts';

/** More are told of without their requests. */
const LOOKED_AT = 50;
/** To read more requests than that, of one finding, takes longer than they are worth. */
const MOST_REQUESTS = 50_000;

export class EvidenceRound implements Round {
  readonly query: Query;
  readonly isContext = true;
  readonly #judged: Judged;
  readonly #requests: ReadonlyMap<Finding, Requests>;

  constructor(judgement: Judged) {
    this.#judged = judgement;
    const { findings } = judgement.found;
    const few = findings.filter(({ candidate, day }) => requestsOn(candidate, day) <= MOST_REQUESTS);
    this.#requests = new Map(few.slice(0, LOOKED_AT).map((each) => [each, new Requests(each.candidate)]));
    const { sinceUs, untilUs } = judgement.state.params.tested;
    this.query = {
      window: { sinceUs, untilUs },
      predicate: any(...[...this.#requests.values()].map(({ predicate }) => predicate)),
      witness: null,
      fields: REQUEST_FIELDS,
      order: 'newest',
      limit: null,
      aggregation: null,
    };
  }

  add(request: AuditRequest): 'go on' {
    for (const requests of this.#requests.values()) requests.add(request);
    return 'go on';
  }

  end(): Outcome {
    return explained(this.#judged, this.#requests);
  }
}

function requestsOn({ habits }: Candidate, day: number): number {
  return habits.actor.days[day]?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
}

/** Addresses that are a pod's or a node's now, though their network is not known, explain what came from them. */
function explained(judgement: Judged, requests: ReadonlyMap<Finding, Requests>): Outcome {
  const keys = new Map<string, Finding[]>();
  for (const [finding, { addresses }] of requests) {
    if (finding.candidate.family !== 'token') continue;
    const [most] = addresses.top();
    if (most === undefined || addresses.size !== 1) continue;
    keys.set(most[0], [...(keys.get(most[0]) ?? []), finding]);
  }
  const asked = [...keys]
    .slice(0, ADDRESSES_ASKED)
    .map(([ip, findings]) => ({ key: { kind: 'address' as const, ip }, findings }));
  return {
    kind: 'look',
    keys: asked.map(({ key }) => key),
    resume: (live) => {
      const notes: string[] = [];
      const gone = new Set<Finding>();
      for (const { key, findings } of asked) {
        const owner = live.get(key);
        if (owner?.kind !== 'address' || owner.of === null) continue;
        notes.push(
          `${key.ip} is the address of ${owner.of}: a token used from there is used inside the cluster`,
        );
        for (const finding of findings) gone.add(finding);
      }
      const findings = judgement.found.findings.filter((each) => !gone.has(each));
      const found = { ...judgement.found, findings };
      return { kind: 'answer', answer: anomaliesAnswer({ ...judgement, found }, requests, notes) };
    },
  };
}

const ADDRESSES_ASKED = 10;
