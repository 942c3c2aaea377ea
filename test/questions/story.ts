/** Small incidents told by hand, as an API server would have logged them, and put to who-did as a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePath } from '../../src/event/request-path.ts';
import { brief, whoDid } from '../support/run-command.ts';

export interface Scene {
  readonly user?: string | null;
  readonly verb: string;
  /** Path and query; objectRef is what RequestInfo makes of it. */
  readonly uri: string;
  /** Seconds into the story. */
  readonly at: number;
  readonly code?: number | null;
  readonly body?: unknown;
  readonly answer?: unknown;
  readonly message?: string;
  readonly over?: Readonly<Record<string, unknown>>;
  /** What the server adds to objectRef from the body. */
  readonly ref?: Readonly<Record<string, unknown>>;
}

const START_MS = Date.parse('2026-11-24T08:00:00Z');

export function eventOf(scene: Scene, n: number): Record<string, unknown> {
  const when = new Date(START_MS + scene.at * 1000).toISOString().replace('Z', '000Z');
  const path = parsePath(decodeURIComponent(scene.uri.split('?')[0] ?? ''));
  const { group, version, subresource, ...place } = path ?? {};
  const given = { ...place, subresource, apiGroup: group, apiVersion: version, ...scene.ref };
  const objectRef = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value != null && value !== ''),
  );
  const hasBodies = scene.body !== undefined || scene.answer !== undefined;
  const { code = 200, message, user = 'alice' } = scene;
  const status = scene.answer as { kind?: string; details?: unknown } | undefined;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: hasBodies ? 'RequestResponse' : 'Metadata',
    auditID: `story-${n}`,
    stage: 'ResponseComplete',
    requestURI: scene.uri,
    verb: scene.verb,
    user: user === null ? {} : { username: user, groups: ['system:authenticated'] },
    sourceIPs: ['10.0.0.7'],
    userAgent: 'kubectl/v1.36.3',
    ...(path === null ? {} : { objectRef }),
    ...(code === null
      ? {}
      : {
          responseStatus: {
            metadata: {},
            code,
            ...(message === undefined ? {} : { message, status: 'Failure' }),
            ...(status?.kind === 'Status' ? { details: status.details } : {}),
          },
        }),
    ...(scene.body === undefined ? {} : { requestObject: scene.body }),
    ...(scene.answer === undefined ? {} : { responseObject: scene.answer }),
    requestReceivedTimestamp: when,
    stageTimestamp: when,
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    ...scene.over,
  };
}

/** The same event as a policy of level Metadata would have left it. */
export function atMetadata({ body: _body, answer: _answer, ...scene }: Scene): Scene {
  return scene;
}

export async function askStory(words: string, scenes: readonly Scene[], flags: Record<string, unknown> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-audit-story-'));
  const file = join(folder, 'audit.log');
  writeFileSync(file, scenes.map((scene, n) => `${JSON.stringify(eventOf(scene, n))}\n`).join(''));
  try {
    const answer = await whoDid(words, { since: '1d', ...flags, file: [file] } as never);
    const gaps = answer.coverage.gaps.map((gap) => gap.code).filter((code) => code !== 'log-starts-late');
    return { ...answer, lines: brief(answer.rows), gaps, near: answer.nearMisses.map((miss) => miss.code) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const CONTROLLER = 'system:serviceaccount:kube-system';
export const GC = `${CONTROLLER}:generic-garbage-collector`;
export const NAMESPACES = `${CONTROLLER}:namespace-controller`;

export function anObject(
  kind: string,
  name: string,
  over: Record<string, unknown> = {},
): Record<string, unknown> {
  const { metadata, ...rest } = over;
  return {
    kind,
    apiVersion: 'v1',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '7', ...(metadata as object) },
    ...rest,
  };
}

/** What a delete that removes at once answers with. */
export function removed(uid: string): unknown {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { uid } };
}
