/**
 * The log of a busy cluster, as an API server writes it under a usual policy: no RequestReceived, bodies of what changes. The
 * same seed gives the same bytes. Among it, evenly spread, what the benchmark asks for: what happens to prod's Deployment api.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { component, NODES } from './inhabitants.ts';
import { Random } from './random.ts';
import type { Request } from './request.ts';
import { Story } from './story.ts';
import { nextRequest } from './traffic.ts';

export const BEGINS = '2026-01-01T00:00:00Z';
/** Between two events: about 50 kB a second. */
const GAP_US = 60_000;
const BYTES_A_CHAPTER = 40_000_000;
/** What a request takes that is no watch. */
const TOOK_US = 8_000;
const CHUNK_BYTES = 1 << 20;

export interface LogShape {
  readonly bytes: number;
  readonly seed: number;
  /** False: the policy logs Metadata only. */
  readonly hasBodies: boolean;
}

/** At least that many bytes: the last line is whole. */
export function writeLog(path: string, { bytes, seed, hasBodies }: LogShape): void {
  const random = new Random(seed);
  const story = new Story(random);
  const file = openSync(path, 'w');
  /** The ends of long requests that still run, by time. */
  const running: { readonly endsUs: number; readonly line: string }[] = [];
  let [atUs, written, chunk, nextChapter] = [Date.parse(BEGINS) * 1000, 0, '', BYTES_A_CHAPTER / 8];
  while (written + chunk.length < bytes) {
    atUs += Math.ceil(random.exponential(GAP_US));
    while ((running[0]?.endsUs ?? Number.POSITIVE_INFINITY) <= atUs) chunk += running.shift()?.line ?? '';
    const isDue = written + chunk.length >= nextChapter;
    if (isDue) nextChapter += BYTES_A_CHAPTER;
    const request = isDue ? story.next() : nextRequest(random);
    const { long } = request;
    if (long === undefined) {
      chunk += line(toEvent(request, atUs - Math.ceil(random.exponential(TOOK_US)), atUs, hasBodies, random));
    } else {
      const endsUs = atUs + long.seconds * 1_000_000;
      const event = toEvent(request, atUs, endsUs, hasBodies, random);
      chunk += line({ ...event, stage: 'ResponseStarted', stageTimestamp: micros(atUs) });
      const later = running.findIndex((other) => other.endsUs > endsUs);
      running.splice(later < 0 ? running.length : later, 0, { endsUs, line: line(event) });
    }
    if (chunk.length < CHUNK_BYTES) continue;
    written += writeSync(file, chunk);
    chunk = '';
  }
  writeSync(file, chunk);
  closeSync(file);
}

function toEvent(
  request: Request,
  receivedUs: number,
  endedUs: number,
  hasBodies: boolean,
  random: Random,
): Readonly<Record<string, unknown>> {
  const { requestURI, verb, user, impersonatedUser, userAgent, objectRef } = request;
  const { requestObject, responseObject } = hasBodies ? request : {};
  const isBodied = requestObject !== undefined || responseObject !== undefined;
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: isBodied ? 'RequestResponse' : 'Metadata' },
    ...{ auditID: random.uuid(), stage: request.code === 401 ? 'ResponseStarted' : 'ResponseComplete' },
    ...{ requestURI, verb, user, impersonatedUser, sourceIPs: sourceOf(request, random), userAgent },
    ...{ objectRef, responseStatus: statusOf(request), requestObject, responseObject },
    ...{ requestReceivedTimestamp: micros(receivedUs), stageTimestamp: micros(endedUs) },
    annotations: annotationsOf(request, random),
  };
}

function sourceOf({ user }: Request, random: Random): readonly string[] {
  if (user.username === component('apiserver').username) return ['::1'];
  const address = `10.0.${random.below(NODES.length)}.${random.below(250)}`;
  return random.oneIn(25) ? ['203.0.113.9', address] : [address];
}

function statusOf({ code = 200, failed }: Request): unknown {
  return failed === undefined
    ? { metadata: {}, code }
    : { metadata: {}, status: 'Failure', message: failed.message, reason: failed.reason, code };
}

function annotationsOf({ decision, user }: Request, random: Random): unknown {
  if (decision === 'none') return undefined;
  if (decision === 'forbid')
    return { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' };
  const binding = `"system:${random.hex(6)}" of ClusterRole "system:${random.hex(6)}" to User "${user.username}"`;
  return {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': `RBAC: allowed by ClusterRoleBinding ${binding}`,
  };
}

function micros(us: number): string {
  const ms = Math.floor(us / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`;
}

/** As Go's encoding/json writes it. */
function line(value: unknown): string {
  return `${JSON.stringify(value).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)}\n`;
}
