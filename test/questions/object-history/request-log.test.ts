/** What is kept of requests, within the memory that is allowed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Logged } from '../../../src/questions/object-history/logged.ts';
import { ObjectHistories } from '../../../src/questions/object-history/object-histories.ts';
import { RequestLog } from '../../../src/questions/object-history/request-log.ts';
import type { ObjectId } from '../../../src/questions/object-history/step.ts';
import { anObject } from '../story.ts';
import { requestsIn } from './history.ts';

const id: ObjectId = { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' };

function aLogged(n: number, bodies: Partial<Logged['bodies']>, over: Partial<Logged['head']> = {}): Logged {
  return {
    head: {
      key: `request-${n}`,
      atUs: 1_700_000_000_000_000 + n * 1_000,
      endUs: 1_700_000_000_000_500 + n * 1_000,
      verb: 'patch',
      subresource: null,
      effect: 'done',
      code: 200,
      uid: `uid-${n % 3}`,
      resourceVersion: String(n),
      shows: 'object',
      fate: null,
      apiVersion: 'apps/v1',
      fieldManager: null,
      saysForce: false,
      rank: 17,
      isDropped: false,
      ...over,
    },
    bodies: { answer: null, request: undefined, ownership: null, admission: [], ...bodies },
  };
}

describe('a request log', () => {
  it('gives back what it was given, whatever that is', () => {
    const body = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 30 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(body, fc.option(fc.jsonValue(), { nil: undefined }), fc.string(), fc.boolean()), {
          maxLength: 12,
        }),
        (all) => {
          const log = new RequestLog(64 << 20);
          const given = all.map(([answer, request, fieldManager, saysForce], n) => {
            const same = JSON.parse(JSON.stringify(answer)) as Logged['bodies']['answer'];
            const asked =
              request === undefined ? undefined : (JSON.parse(JSON.stringify(request)) as unknown);
            return aLogged(n, { answer: same, request: asked }, { fieldManager, saysForce });
          });
          for (const logged of given) log.add(id, logged);
          expect(log.of(id).map((one) => one.read())).toEqual(given.toReversed());
        },
      ),
    );
  });

  it('takes, of one request, the record that knows more of its end', () => {
    const known = aLogged(1, { answer: { a: 1 } }, { rank: 17 });
    const open = aLogged(1, {}, { rank: 1, effect: 'unknown' });
    for (const order of [
      [known, open],
      [open, known],
    ]) {
      const log = new RequestLog(1 << 20);
      for (const logged of order) log.add(id, logged);
      expect(log.of(id).map((one) => one.read())).toEqual([known]);
    }
  });

  it('lets the oldest bodies go first, tells how many, and still knows the rest', () => {
    const maxBytes = 256 * 1024;
    const log = new RequestLog(maxBytes);
    const noise = (n: number) =>
      Array.from({ length: 60 }, (_, i) => ((n * 7919 + i * 104_729) % 65_521).toString(36));
    for (let n = 0; n < 3_000; n++) {
      log.add({ ...id, name: `web-${n % 50}` }, aLogged(n, { answer: { n, noise: noise(n) } }));
      expect(log.bytes).toBeLessThan(maxBytes * 1.2);
    }
    const all = log
      .ids()
      .flatMap((one) => log.of(one).map((request) => request.read()))
      .sort((a, b) => a.head.atUs - b.head.atUs);
    const dropped = all.filter(({ head }) => head.isDropped);
    expect(log.dropped + log.lost).toBeGreaterThan(0);
    expect(all.length + log.lost).toBe(3_000);
    expect(all.slice(0, dropped.length)).toEqual(dropped);
    for (const { head, bodies } of all.slice(dropped.length)) {
      const n = Number(head.resourceVersion);
      expect(bodies.answer).toEqual({ n, noise: noise(n) });
    }
    expect(all.length - dropped.length).toBeGreaterThan(100);
  });

  it('stays within what is allowed with very many objects, and what it still has is as it was', () => {
    const maxBytes = 512 * 1024;
    const log = new RequestLog(maxBytes);
    const bodyOf = (n: number) => ({ n, text: `${n % 7} `.repeat(200), of: String(n * 7919) });
    for (let n = 0; n < 6_000; n++) {
      const name = n % 3 === 0 ? 'busy' : `pod-${n % 2_000}`;
      log.add({ ...id, name }, aLogged(n, { answer: bodyOf(n) }));
      expect(log.bytes).toBeLessThan(maxBytes * 1.2);
    }
    const all = log.ids().flatMap((one) => log.of(one).map((request) => request.read()));
    expect(all.length + log.lost).toBe(6_000);
    const kept = all.filter(({ head }) => !head.isDropped);
    expect(kept.length).toBeGreaterThan(50);
    for (const { head, bodies } of kept) expect(bodies.answer).toEqual(bodyOf(Number(head.resourceVersion)));
  });

  it('takes some 250 bytes for a change of an object of 2 KB', () => {
    const histories = new ObjectHistories();
    const spec = {
      containers: Array.from({ length: 12 }, (_, n) => ({
        name: `c${n}`,
        image: `registry/app:${n}`,
        env: [
          { name: 'LEVEL', value: 'debug' },
          { name: 'MODE', value: String(n) },
        ],
      })),
    };
    const size = JSON.stringify(spec).length;
    expect(size).toBeGreaterThan(1_200);
    const scenes = Array.from({ length: 4_000 }, (_, n) => {
      const metadata = {
        name: `web-${n % 100}`,
        resourceVersion: String(n),
        generation: n,
        labels: { app: `web-${n % 100}` },
      };
      const answer = anObject('Deployment', `web-${n % 100}`, {
        apiVersion: 'apps/v1',
        metadata,
        spec: { replicas: n, ...spec },
      });
      return {
        verb: 'patch',
        uri: `/apis/apps/v1/namespaces/shop/deployments/web-${n % 100}`,
        at: n,
        body: { spec: { replicas: n } },
        answer,
      };
    });
    for (const request of requestsIn(scenes)) histories.add(request);
    expect(histories.bytes).toBeLessThan(4_000 * 300 + 100 * 500 + (1 << 20));
    expect(histories.dropped).toBe(0);
  });
});
