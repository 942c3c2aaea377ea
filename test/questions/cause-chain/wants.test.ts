/** What is looked for is found by what is asked, however many wants are asked together, and is asked once. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matches } from '../../../src/query/matches.ts';
import { type Want, Wants } from '../../../src/questions/cause-chain/wants.ts';
import { needlesOf } from '../../../src/scan/needles.ts';
import { eventOf } from '../story.ts';
import { requestsOf } from './chain-support.ts';

const NAMES = ['web', 'web-bbbb', 'db-0'];
const want: fc.Arbitrary<Want> = fc.record({
  verbs: fc.constantFrom(['delete'], ['update', 'patch']),
  resources: fc.constantFrom(['pods'], ['pods', 'services'], null),
  namespace: fc.constantFrom('shop', 'till', null),
  names: fc.constantFrom(['web'], ['web', 'db-0'], ['web-*'], null),
  by: fc.constantFrom(['alice'], ['system:*'], null),
});
const scene = fc.record({
  verb: fc.constantFrom('delete', 'update', 'patch', 'get'),
  resource: fc.constantFrom('pods', 'services', 'endpoints'),
  namespace: fc.constantFrom('shop', 'till'),
  name: fc.constantFrom(...NAMES),
  user: fc.constantFrom('alice', 'system:serviceaccount:a:b'),
});

type SceneValues = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function isWanted(one: Want, { verb, resource, namespace, name, user }: SceneValues): boolean {
  const fits = (values: readonly string[] | null, value: string) =>
    values === null || values.some((v) => (v.endsWith('*') ? value.startsWith(v.slice(0, -1)) : v === value));
  // What is written all the time is left out where no name narrows it.
  const isNoise = one.resources === null && one.names === null && resource === 'endpoints';
  return (
    one.verbs.includes(verb) &&
    !isNoise &&
    fits(one.resources, resource) &&
    (one.namespace === null || one.namespace === namespace) &&
    fits(one.names, name) &&
    fits(one.by, user)
  );
}

function requestOf({ verb, resource, namespace, name, user }: SceneValues) {
  const uri = `/api/v1/namespaces/${namespace}/${resource}/${name}`;
  const [request] = requestsOf([{ source: 'cp-1', events: [eventOf({ verb, uri, user, at: 0 }, 0)] }]);
  if (request === undefined) throw new Error('no request');
  return request;
}

it('finds what any of the wants describes', () => {
  fc.assert(
    fc.property(fc.array(want, { minLength: 1, maxLength: 6 }), scene, (wanted, values) => {
      const wants = new Wants();
      for (const one of wanted) wants.add(one);
      const predicate = wants.take();
      if (predicate === null) throw new Error('nothing asked');
      if (wanted.some((one) => isWanted(one, values)))
        expect(matches(requestOf(values).event, predicate)).toBe(true);
    }),
  );
});

it('finds exactly that for a single want, and passes over the rest by the head of a line', () => {
  fc.assert(
    fc.property(want, scene, (one, values) => {
      const wants = new Wants();
      wants.add(one);
      const predicate = wants.take();
      if (predicate === null) throw new Error('nothing asked');
      expect(matches(requestOf(values).event, predicate)).toBe(isWanted(one, values));
      expect(needlesOf(predicate)).not.toBeNull();
    }),
  );
});

it('asks nothing twice, nor what was read already', () => {
  fc.assert(
    fc.property(fc.array(want), fc.array(want), (read, wanted) => {
      const wants = new Wants();
      for (const one of read) wants.know(one);
      for (const one of [...read, ...wanted]) wants.add(one);
      wants.take();
      for (const one of [...read, ...wanted]) wants.add(one);
      expect(wants.take()).toBeNull();
    }),
  );
});

it('leaves statuses out, which are written all the time', () => {
  const wants = new Wants();
  wants.add({ verbs: ['update'], resources: ['pods'], namespace: 'shop', names: ['web'], by: null });
  const predicate = wants.take();
  const [request] = requestsOf([
    {
      source: 'cp-1',
      events: [eventOf({ verb: 'update', uri: '/api/v1/namespaces/shop/pods/web/status', at: 0 }, 0)],
    },
  ]);
  expect(predicate !== null && request !== undefined && matches(request.event, predicate)).toBe(false);
});
