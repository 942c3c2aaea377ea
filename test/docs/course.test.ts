/**
 * The answers of docs/course.md, held against the demo's logs as they lie there, read with JSON.parse alone, and against what its
 * clients wrote down of what they did (demo/facts.json). The outputs that it shows are console.test.ts's.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

interface Event {
  readonly server: string;
  readonly auditID: string;
  readonly stage: string;
  readonly level: string;
  readonly verb: string;
  readonly user?: { readonly username?: string };
  readonly impersonatedUser?: { readonly username?: string };
  readonly sourceIPs: readonly string[];
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: {
    readonly dryRun?: readonly string[];
    readonly spec?: { readonly replicas?: number };
  };
  readonly responseObject?: { readonly items?: readonly unknown[] };
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const events = ['cp-1', 'cp-2'].flatMap((server) =>
  readdirSync(join('demo/audit', server)).flatMap((name) => {
    const bytes = readFileSync(join('demo/audit', server, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => ({ ...(JSON.parse(line) as Omit<Event, 'server'>), server }));
  }),
);
const facts = JSON.parse(readFileSync('demo/facts.json', 'utf8')) as {
  readonly deeds: readonly {
    readonly key: string;
    readonly requests: readonly { readonly auditID: string; readonly method: string }[];
  }[];
};

/** What is the case, of an exercise: as its answer has it between backquotes. */
type Truth = () => readonly string[];

const TRUTHS: readonly Truth[] = [
  () => {
    const event = only(
      events.filter((one) => isDeletionOf(one, 'deployments', 'api') && one.impersonatedUser),
    );
    expect(event.auditID).toBe(deed('deleted'));
    return [user(event), event.impersonatedUser?.username ?? '', clock(event), event.sourceIPs.at(-1) ?? ''];
  },
  () => {
    const tried = events.filter((one) => isDeletionOf(one, 'deployments', 'api') && !one.impersonatedUser);
    const refused = only(tried.filter((one) => one.responseStatus?.code === 403));
    const dry = only(tried.filter((one) => one.requestObject?.dryRun?.includes('All')));
    expect([tried.length, dry.responseStatus?.code, dry.requestURI.includes('dryRun')]).toEqual([
      2,
      200,
      false,
    ]);
    return [user(refused), '403', user(dry), '200'];
  },
  () => {
    const { server } = only(events.filter((one) => one.auditID === deed('deleted')));
    expect(
      events
        .filter((one) => isDone(one) && isDeletionOf(one, 'deployments', 'api'))
        .map(({ server: at }) => at),
    ).toEqual([server]);
    return [server, '3'];
  },
  () => {
    expect(events.filter((one) => isDeletionOf(one, 'deployments', 'worker'))).toEqual([]);
    const event = only(
      events.filter((one) => one.objectRef?.subresource === 'scale' && one.objectRef.name === 'worker'),
    );
    return [user(event), `${event.requestObject?.spec?.replicas}`, clock(event), event.verb, 'scale'];
  },
  () => {
    const event = only(events.filter(({ auditID }) => auditID === deed('flags-collection')));
    expect(event.objectRef?.name).toBeUndefined();
    const label = new URL(event.requestURI, 'https://x').searchParams.get('labelSelector') ?? '';
    return [event.verb, user(event), label, `${event.responseObject?.items?.length}`];
  },
  () => {
    const asked = only(events.filter((one) => isDeletionOf(one, 'configmaps', 'ledger-snapshot')));
    const released = only(events.filter(({ auditID }) => auditID === deed('ledger-released')));
    const minutes = Math.floor((time(released) - time(asked)) / 60_000);
    return [user(asked), clock(asked), '200', user(released), clock(released), released.verb, `${minutes}`];
  },
  () => {
    const pod = only(
      events.filter(
        (one) => isDeletionOf(one, 'pods', 'worker-8b58c995-l9c44') && !user(one).startsWith('system:node:'),
      ),
    );
    expect(user(pod)).toBe('sa:kube-system/replicaset-controller');
    const before = events.filter((one) => time(one) <= time(pod) && one.verb !== 'get');
    const replicaSet = before
      .filter((one) => one.objectRef?.name === 'worker-8b58c995')
      .filter(({ verb }) => verb === 'update');
    const last = replicaSet.filter((one) => one.objectRef?.subresource === undefined).at(-1);
    const scaled = only(
      events.filter((one) => one.objectRef?.subresource === 'scale' && one.objectRef.name === 'worker'),
    );
    return [user(last).replace('sa:kube-system/', ''), user(scaled)];
  },
  () => {
    const binding = events.filter(
      (one) =>
        one.objectRef?.resource === 'rolebindings' &&
        one.objectRef.namespace === 'prod' &&
        user(one) === 'bob' &&
        ['create', 'delete'].includes(one.verb),
    );
    const [made, gone] = binding;
    const read = only(
      events.filter((one) => isDone(one) && user(one) === 'dana' && one.objectRef?.resource === 'secrets'),
    );
    const seconds = (time(gone) - time(made)) / 1000;
    expect([
      binding.length,
      read.annotations?.['authorization.k8s.io/reason']?.includes('"dana-debug/prod"'),
    ]).toEqual([2, true]);
    expect(seconds).toBeGreaterThan(53);
    return ['dana-debug', user(made), clock(made), clock(gone), `${Math.ceil(seconds)}`];
  },
  () => {
    const refused = events.filter(
      (one) =>
        user(one) === 'dana' && one.objectRef?.subresource === 'exec' && one.responseStatus?.code === 403,
    );
    expect(refused).toHaveLength(4);
    const requests = new Set(refused.map(({ auditID }) => auditID));
    return [...new Set(refused.flatMap(({ verb, stage }) => [verb, stage])), `${requests.size}`, '403'];
  },
  () => {
    const outside = events.filter(({ sourceIPs }) => sourceIPs.at(-1) === '198.51.100.23');
    const nobody = outside.filter((one) => one.responseStatus?.code === 401);
    expect(nobody.filter((one) => one.user?.username)).toEqual([]);
    expect(outside.filter(isDone)).toEqual([]);
    const rest = only(outside.filter((one) => one.responseStatus?.code !== 401));
    return [
      ...['198.51.100.23', `${nobody.length}`, '401', only([...new Set(nobody.map(({ stage }) => stage))])],
      ...[user(rest), `${rest.responseStatus?.code}`],
    ];
  },
];

const sections = readFileSync('docs/course.md', 'utf8')
  .split(/^## \d+\. /m)
  .slice(1);

describe('the course', () => {
  it('has ten exercises, each with its answer hidden', () => {
    expect(sections).toHaveLength(10);
    expect(TRUTHS).toHaveLength(10);
    for (const section of sections)
      expect(section.match(/<details><summary>Answer<\/summary>/g)).toHaveLength(1);
  });

  it.each(sections.map((section, at) => [section.split('\n')[0], section, at] as const))(
    'answers %s rightly',
    (_title, section, at) => {
      const answer = (section.split('</summary>')[1] ?? '').replaceAll(/```[\s\S]*?```/g, '');
      const said = [...answer.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
      const truth = TRUTHS[at]?.() ?? [];
      for (const one of truth) expect(said).toContain(one);
      // And no other number, time, address or name of a person.
      const checked = said.filter((text) =>
        /^(?:\d[\d.:]*|alice|bob|otto|dana|agent-smith|sa:[\w/-]+|cp-\d)$/.test(text ?? ''),
      );
      const known = new Set([...truth, ...(at === 2 ? ['cp-1'] : [])]);
      expect(checked.filter((text) => !known.has(text ?? ''))).toEqual([]);
    },
  );
});

function only<T>(found: readonly T[]): T {
  expect(found).toHaveLength(1);
  return found[0] as T;
}

/** The audit ID that the client was given for its write. */
function deed(key: string): string {
  const requests = facts.deeds.find((one) => one.key === key)?.requests ?? [];
  return requests.find(({ method }) => method !== 'GET')?.auditID ?? '';
}

function isDeletionOf(event: Event, resource: string, name: string): boolean {
  const { objectRef } = event;
  return (
    event.verb === 'delete' &&
    objectRef?.resource === resource &&
    objectRef.namespace === 'prod' &&
    objectRef.name === name
  );
}

function isDone(event: Event): boolean {
  const isDry = event.requestObject?.dryRun !== undefined;
  return (event.responseStatus?.code ?? 0) < 300 && !isDry;
}

function user(event: Event | undefined): string {
  const name = event?.user?.username ?? '';
  return name.replace(/^system:serviceaccount:([^:]+):/, 'sa:$1/');
}

/** `14:40:41` */
function clock(event: Event | undefined): string {
  return event?.requestReceivedTimestamp.slice(11, 19) ?? '';
}

function time(event: Event | undefined): number {
  return Date.parse(event?.requestReceivedTimestamp ?? '');
}
