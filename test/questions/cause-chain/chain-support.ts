/** Puts a log to the chain of causes as the runner does: only what a round's query asks for is handed in. */
import { readFileSync } from 'node:fs';
import { Assembler } from '../../../src/event/assembler.ts';
import { decodeEvent } from '../../../src/event/decode.ts';
import type { AuditRequest } from '../../../src/event/request.ts';
import { isInWindow } from '../../../src/query/in-window.ts';
import { matches } from '../../../src/query/matches.ts';
import type { Cause } from '../../../src/questions/cause-chain/cause.ts';
import { CauseChain } from '../../../src/questions/cause-chain/cause-chain.ts';
import { type Fact, factOf } from '../../../src/questions/fact/fact.ts';
import { MAX_ROUNDS } from '../../../src/questions/question.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface LogFile {
  readonly source: string;
  readonly events: readonly Json[];
}

export function readLog(path: string): LogFile {
  const lines = readFileSync(path, 'utf8').split('\n');
  return {
    source: path,
    events: lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Json),
  };
}

/** The same log as a policy of level Metadata would have left it. */
export function withoutBodies({ source, events }: LogFile): LogFile {
  const stripped = events.map(({ requestObject, responseObject: _answered, ...event }) => {
    const { objectRef, ...rest } = event as { objectRef?: Json };
    // A name that the server made up stands in the answer only.
    const isGenerated =
      JSON.stringify(requestObject ?? null).includes('"generateName"') && event.verb === 'create';
    const { name: _name, ...unnamed } = objectRef ?? {};
    return { ...rest, level: 'Metadata', objectRef: isGenerated ? unnamed : objectRef };
  });
  return { source, events: stripped };
}

export function requestsOf(files: readonly LogFile[]): readonly AuditRequest[] {
  const requests: AuditRequest[] = [];
  const assembler = new Assembler({
    concerns: () => true,
    emit: (request) => requests.push(request),
    isFollowing: false,
  });
  for (const { source, events } of files) {
    for (const [line, json] of events.entries()) {
      const context = { source, position: { file: source, line }, recordTime: null, cut: null };
      const event = decodeEvent(json, context);
      if ('auditID' in event) assembler.add(event);
    }
  }
  assembler.end();
  return requests;
}

export function factsOf(requests: readonly AuditRequest[]): readonly Fact[] {
  return requests.map((request) => factOf(request, { events: false, isRevealed: true, isWanted: null }));
}

/** All rounds that it asks for. */
export function chainOf(
  deeds: readonly Fact[],
  requests: readonly AuditRequest[],
  wantsEffects = false,
): { readonly chain: CauseChain; readonly rounds: number; readonly handedIn: number } {
  const chain = new CauseChain(deeds, { beside: [], read: [], wantsEffects, isRevealed: true });
  let [rounds, handedIn] = [0, 0];
  for (let query = chain.nextQuery(); query !== null && rounds < MAX_ROUNDS - 1; query = chain.nextQuery()) {
    rounds++;
    for (const request of requests) {
      if (!isInWindow(request, query.window) || !matches(request.event, query.predicate)) continue;
      chain.add(request);
      handedIn++;
    }
  }
  return { chain, rounds, handedIn };
}

/** `depth who verb resource/name link`. */
export function briefly(causes: readonly Cause[]): readonly string[] {
  return causes.map(({ depth, who, did, object, link }) => {
    const user = who.user?.replace('system:serviceaccount:kube-system:', '') ?? '?';
    const through = object.subresource === null ? '' : `/${object.subresource}`;
    return `${depth} ${user}${who.as === null ? '' : ` as ${who.as}`} ${did.verb} ${object.resource}${through}/${object.name} ${link}`;
  });
}
