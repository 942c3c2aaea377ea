/** What receivers are told: the form that each demands, and that nothing an attacker chose acts there. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAlert } from '../../src/alerts/alert.ts';
import type { Finding } from '../../src/alerts/finding.ts';
import type { Message } from '../../src/alerts/receivers/receiver.ts';
import { RECEIVER_KINDS } from '../../src/alerts/receivers/registry.ts';
import { type OpenedReceiver, openReceivers } from '../../src/commands/open-receivers.ts';
import { finding, fromIP } from '../support/findings.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

const NOW = Date.parse('2026-11-22T03:00:00Z');
const opened = new Map<string, OpenedReceiver>();

async function open(to: string, env: Readonly<Record<string, string>> = {}): Promise<OpenedReceiver> {
  const io = fixedIo({ env });
  const [receiver] = await openReceivers([to], io, { env, signal: io.signal, api: () => Promise.reject() });
  if (receiver === undefined) throw new Error('one was wanted');
  return receiver;
}

beforeAll(async () => {
  for (const kind of RECEIVER_KINDS) opened.set(kind, await open(`${kind}+http://127.0.0.1:9`));
});
afterAll(() => {
  for (const { server } of opened.values()) server.close();
});

function messageFor(kind: string, findings: readonly Finding[]): Promise<Message> {
  const receiver = opened.get(kind);
  if (receiver === undefined) throw new Error(kind);
  return receiver.messageFor(
    findings.map((one) => newAlert(one, NOW)),
    () => NOW + 3_600_000,
  );
}

it('posts to Alertmanager what its API v2 takes', async () => {
  const { path, body } = await messageFor('alertmanager', [finding()]);
  expect(path).toBe('/api/v2/alerts');
  expect(JSON.parse(body)).toEqual([
    {
      labels: {
        ...{ alertname: 'exec-into-pod', severity: 'medium', pack: 'own', user: 'alice' },
        ...{ resource: 'pods', subresource: 'exec', namespace: 'prod', name: 'api-1' },
      },
      annotations: {
        summary: 'A command was run in a pod: alice, pods/exec prod/api-1, from 10.0.3.7',
        description: 'Whoever can run commands in a pod has what the pod has.',
        title: 'A command was run in a pod',
        show: "kubectl audit who-did exec pod/api-1 -n prod --since '2026-11-22T02:58:11Z'",
        ...{ from: '10.0.3.7', count: '1', tags: 'attack.t1609', auditIDs: 'id-alice-api-1' },
        ...{ first: '2026-11-22T02:58:11.000000Z', last: '2026-11-22T02:58:11.000000Z' },
      },
      startsAt: '2026-11-22T02:58:11.000Z',
      endsAt: '2026-11-22T04:00:00.000Z',
    },
  ]);
});

it('posts to Falcosidekick what Falco would', async () => {
  const { path, body } = await messageFor('falcosidekick', [finding({ severity: 'critical' })]);
  const event = JSON.parse(body);
  expect(path).toBe('/');
  expect(event).toMatchObject({
    priority: 'Critical',
    rule: 'A command was run in a pod',
    time: '2026-11-22T02:58:11.000000Z',
    source: 'k8s_audit',
    hostname: 'kubectl-audit',
    tags: ['attack.t1609'],
  });
  expect(event.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(event.output).toBe(
    '2026-11-22T02:58:11.000000Z: Critical A command was run in a pod: alice, pods/exec prod/api-1, from 10.0.3.7',
  );
  expect(event.output_fields).toMatchObject({ 'ka.user.name': 'alice', 'ka.target.namespace': 'prod' });
  // Some of its outputs take nothing else.
  for (const value of Object.values(event.output_fields)) expect(typeof value).toBe('string');
});

describe('webhook', () => {
  it('posts the row of the finding, and a signature that the receiver can make too', async () => {
    const env = { SHARED: 'a secret of both' };
    const receiver = await open('webhook+http://127.0.0.1:9/hook?hmac-env=SHARED', env);
    const { body, headers } = await receiver.messageFor([newAlert(finding(), NOW)], () => NOW);
    expect(JSON.parse(body)).toEqual({
      ...{
        apiVersion: 'kubectl-audit/v1',
        kind: 'Finding',
        fingerprint: newAlert(finding(), NOW).fingerprint,
      },
      ...finding(),
    });
    const own = createHmac('sha256', env.SHARED).update(body, 'utf8').digest('hex');
    expect(headers['x-signature-256']).toBe(`sha256=${own}`);
    expect(JSON.stringify({ body, headers })).not.toContain(env.SHARED);
    receiver.server.close();
  });

  it('keeps the query of a URL that is a secret', async () => {
    const env = { HOOK: 'https://hooks.example/workflow?sig=0123456789' };
    const receiver = await open('webhook://?url-env=HOOK', env);
    const { path } = await receiver.messageFor([newAlert(finding(), NOW)], () => NOW);
    expect([path, receiver.server.address, receiver.name, receiver.key.includes('0123')]).toEqual([
      ...['?sig=0123456789', 'https://hooks.example', 'webhook'],
      false,
    ]);
    receiver.server.close();
  });
});

describe('slack', () => {
  const texts = fc.oneof(
    fc.constantFrom(
      ...HOSTILE_TEXTS,
      '<!channel>',
      '<@U123>',
      '<https://evil.example|click>',
      '@here',
      'a`b',
      '*x*',
    ),
    fc.string({ maxLength: 60 }),
  );

  it('lets no text of an event become a mention, a link or a mark', async () => {
    await fc.assert(
      fc.asyncProperty(texts, texts, texts, async (user, name, why) => {
        const { body } = await messageFor('slack', [
          finding({ user, name, why, title: name, from: fromIP(user) }),
        ]);
        const said = JSON.parse(body);
        for (const text of [said.text, ...said.attachments.map((one: { text: string }) => one.text)]) {
          expect(text).not.toMatch(/[<>]/);
          expect(text.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
          // What is left outside of code spans is ours, but for the title.
          const outside = text.replaceAll(/`[^`\n]*`/g, '');
          expect(outside).not.toMatch(/[`*_~@]|:\/\//);
        }
      }),
    );
  });

  it('names ten of many, and counts the others', async () => {
    const many = Array.from({ length: 25 }, (_, n) => finding({ user: `u${n}` }));
    const { attachments, text, link_names } = JSON.parse((await messageFor('slack', many)).body);
    expect([attachments.length, attachments.at(-1).text, link_names]).toEqual([
      11,
      'and 15 more of the same rule',
      false,
    ]);
    expect(text).toBe('MEDIUM: A command was run in a pod (`exec-into-pod`)');
  });
});

describe.each(RECEIVER_KINDS)('%s', (kind) => {
  it('is sent no control character, and no more than so much, whatever stands in an event', async () => {
    const text = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: 'binary', maxLength: 3_000 }));
    await fc.assert(
      fc.asyncProperty(text, text, text, async (one, two, three) => {
        const hostile = finding({
          ...{ user: one, name: two, why: three, show: one, title: two, tags: [three] },
          ...{
            from: fromIP(one),
            object: { group: one, resource: two, subresource: three, namespace: one, name: two },
          },
        });
        const { body } = await messageFor(kind, [hostile]);
        expect(body).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(() => JSON.parse(body)).not.toThrow();
        if (kind !== 'webhook') expect(body.length).toBeLessThan(40_000);
      }),
      { numRuns: 40 },
    );
  });
});
