/** What becomes of alerts when their receivers fail: real servers, real time. */
import { afterAll, describe, expect, it } from 'vitest';
import { Book } from '../../src/alerts/book.ts';
import { type Delivered, Delivery } from '../../src/alerts/delivery.ts';
import { openReceivers } from '../../src/commands/open-receivers.ts';
import { finding } from '../support/findings.ts';
import { fixedIo } from '../support/fixed-io.ts';
import { type Behaviour, ok, type ReceiverServer, receiverServer } from '../support/receiver-server.ts';

const HOUR = 3_600_000;
const status = (code: number, headers: Record<string, string> = {}): Behaviour => ({
  kind: 'answer',
  status: code,
  headers,
});

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Watching {
  readonly book: Book;
  readonly delivery: Delivery;
  readonly news: string[];
  readonly delivered: Delivered[];
  readonly kept: () => number;
}

async function watching(to: readonly string[]): Promise<Watching> {
  const io = fixedIo();
  const receivers = await openReceivers(to, io, { env: {}, signal: io.signal, api: () => Promise.reject() });
  const book = new Book(receivers, HOUR);
  const news: string[] = [];
  const delivered: Delivered[] = [];
  let kept = 0;
  const delivery = new Delivery({
    ...{ receivers, book, now: Date.now, chance: () => 0.5 },
    keep: async () => {
      kept++;
    },
    onDelivered: (one) => delivered.push(one),
    onFailure: () => {},
    onNews: (text) => news.push(text),
    isKept: () => false,
    onBug: (error) => {
      throw error;
    },
  });
  delivery.start();
  closers.push(() => delivery.stop());
  return { book, delivery, news, delivered, kept: () => kept };
}

async function server(how?: (nth: number, body: string) => Behaviour): Promise<ReceiverServer> {
  const opened = await receiverServer(how);
  closers.push(() => opened.close());
  return opened;
}

function note({ book, delivery }: Watching, count: number, from = 0): void {
  for (let n = from; n < from + count; n++) book.note(finding({ user: `user-${n}` }), Date.now());
  delivery.wake();
}

const usersIn = ({ accepted }: ReceiverServer): string[] =>
  accepted.flatMap(({ body }) => [...body.matchAll(/"user":"(user-\d+)"/g)].map(([, user = '']) => user));

describe.concurrent('Delivery', () => {
  it('brings each alert to each receiver once', async () => {
    const [one, two] = [await server(), await server()];
    const watch = await watching([`webhook+${one.url}`, `alertmanager+${two.url}`]);
    note(watch, 20);
    await watch.delivery.drain(10_000);
    for (const at of [one, two])
      expect(usersIn(at).toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `user-${n}`).toSorted());
    expect(two.got).toHaveLength(1);
    expect(watch.book.owedCount).toBe(0);
    expect(watch.kept()).toBeGreaterThan(20);
  }, 20_000);

  const failures: readonly (readonly [string, Behaviour])[] = [
    ['answers 500', status(500)],
    ['answers 503 with Retry-After', status(503, { 'retry-after': '1' })],
    ['answers 429 with Retry-After', status(429, { 'retry-after': '1' })],
    ['answers 401', status(401)],
    ['answers 302', status(302, { location: 'http://127.0.0.1:1/' })],
    ['hangs', { kind: 'hang' }],
    ['breaks the connection', { kind: 'reset' }],
  ];
  for (const [name, failure] of failures) {
    it(`loses nothing and repeats nothing that was accepted when a receiver ${name}`, async () => {
      const at = await server((nth) => (nth % 2 === 0 ? failure : ok));
      const watch = await watching([`webhook+${at.url}?timeout=300ms`]);
      note(watch, 4);
      await watch.delivery.drain(25_000);
      expect(usersIn(at).toSorted()).toEqual(['user-0', 'user-1', 'user-2', 'user-3']);
      expect(watch.book.owedCount).toBe(0);
      expect(watch.news.some((text) => text.startsWith('alerts are not taken: '))).toBe(true);
      expect(watch.news).toContain(`webhook ${new URL(at.url).host} takes alerts again`);
      // The same message bears the same key, however often it is sent.
      const keys = at.got.map(({ headers }) => headers['idempotency-key']);
      expect(new Set(keys).size).toBe(4);
    }, 40_000);
  }

  it('takes an answer that begins for one, and waits for no body', async () => {
    const at = await server(() => ({ kind: 'slow body' }));
    const watch = await watching([`webhook+${at.url}`]);
    note(watch, 3);
    await watch.delivery.drain(8_000);
    expect(usersIn(at)).toHaveLength(3);
    expect(watch.book.owedCount).toBe(0);
  }, 20_000);

  it('waits as long as a receiver asks it to', async () => {
    const at = await server((nth) => (nth === 0 ? status(429, { 'retry-after': '3' }) : ok));
    const watch = await watching([`webhook+${at.url}`]);
    note(watch, 1);
    await watch.delivery.drain(15_000);
    const [refused, taken] = at.got;
    expect((taken?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThan(2_900);
  }, 20_000);

  it('holds up no other receiver for one that hangs', async () => {
    const [dead, alive] = [await server(() => ({ kind: 'hang' })), await server()];
    const watch = await watching([`webhook+${dead.url}`, `webhook+${alive.url}`]);
    note(watch, 5);
    for (const until = Date.now() + 5_000; usersIn(alive).length < 5 && Date.now() < until; )
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(usersIn(alive)).toHaveLength(5);
    expect(watch.book.owedCount).toBe(5);
  }, 20_000);

  it('sends one by one what was refused together, and puts aside the one that is at fault', async () => {
    const at = await server((_, body) => (body.includes('user-3') ? status(400) : ok));
    const watch = await watching([`alertmanager+${at.url}`]);
    note(watch, 6);
    await watch.delivery.drain(15_000);
    expect(usersIn(at).toSorted()).toEqual(['user-0', 'user-1', 'user-2', 'user-4', 'user-5']);
    expect(watch.book.owedCount).toBe(1);
    expect(watch.news.join('\n')).toContain('an alert of exec-into-pod is refused: alertmanager');
    // It stands in nobody's way.
    note(watch, 1, 7);
    await watch.delivery.drain(15_000);
    expect(usersIn(at)).toContain('user-7');
  }, 40_000);

  it('sends no more a minute than it may, one message for all of a rule', async () => {
    const at = await server();
    const watch = await watching([`slack+${at.url}/services/T/B/X?perMinute=60`]);
    note(watch, 30);
    for (const rule of ['b', 'c']) watch.book.note(finding({ rule }), Date.now());
    await watch.delivery.drain(15_000);
    expect(at.got.map(({ path }) => path)).toEqual(Array(3).fill('/services/T/B/X'));
    const times = at.got.map(({ atMs }) => atMs);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(950);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThan(950);
    expect(at.got[0]?.body).toContain('and 20 more of the same rule');
  }, 20_000);

  it('brings the gravest first', async () => {
    const at = await server();
    const watch = await watching([`webhook+${at.url}`]);
    for (const severity of ['low', 'critical', 'medium'] as const)
      watch.book.note(finding({ severity, rule: severity }), Date.now());
    watch.delivery.wake();
    await watch.delivery.drain(10_000);
    expect(at.got.map(({ body }) => JSON.parse(body).severity)).toEqual(['critical', 'medium', 'low']);
  }, 20_000);

  it('posts what stands to Alertmanager again, with the end that it has by then', async () => {
    const at = await server();
    const watch = await watching([`alertmanager+${at.url}`]);
    note(watch, 1);
    await watch.delivery.drain(10_000);
    const endsOf = (nth: number): number => Date.parse(JSON.parse(at.got[nth]?.body ?? '')[0].endsAt);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    note(watch, 1);
    await watch.delivery.drain(10_000);
    expect(at.got).toHaveLength(2);
    expect(endsOf(at.got.length - 1)).toBeGreaterThan(endsOf(0) + 1_000);
    const labels = at.got.map(({ body }) => JSON.stringify(JSON.parse(body)[0].labels));
    expect(new Set(labels).size).toBe(1);
  }, 30_000);

  it('stops at once, in the middle of what hangs', async () => {
    const at = await server(() => ({ kind: 'hang' }));
    const watch = await watching([`webhook+${at.url}`]);
    note(watch, 1);
    while (at.got.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const began = performance.now();
    await watch.delivery.stop();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(watch.book.owedCount).toBe(1);
  }, 20_000);
});
