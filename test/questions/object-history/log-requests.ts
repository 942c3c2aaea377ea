/** Whole logs as requests, joined as the program joins them. */
import { readFileSync } from 'node:fs';
import { Assembler } from '../../../src/event/assembler.ts';
import type { AuditRequest } from '../../../src/event/request.ts';
import { decodeJson } from '../../support/decode-json.ts';

type EventJson = Record<string, unknown>;

export function eventsOf(file: string): EventJson[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EventJson);
}

export function requestsOf(events: readonly EventJson[]): AuditRequest[] {
  const requests: AuditRequest[] = [];
  const assembler = new Assembler({
    concerns: () => true,
    emit: (request) => requests.push(request),
    isFollowing: false,
  });
  for (const event of events) assembler.add(decodeJson(event));
  assembler.end();
  return requests;
}
