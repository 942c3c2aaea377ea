/** One object with thousands of requests: each is judged without looking at all the others, and as if it were. */
import { expect, it } from 'vitest';
import { causeWords } from '../../../src/questions/cause-chain/cause-words.ts';
import { LoggedFacts } from '../../../src/questions/cause-chain/logged-facts.ts';
import { isLastRelease } from '../../../src/questions/cause-chain/rules/completion.ts';
import { type Thing, thingOf } from '../../../src/questions/cause-chain/thing.ts';
import type { Fact } from '../../../src/questions/fact/fact.ts';
import { eventOf, type Scene } from '../story.ts';
import { factsOf, requestsOf } from './chain-support.ts';
import { paths } from './told.ts';

const uri = `${paths.APPS}/deployments/web`;

function factsOfScenes(scenes: readonly Scene[]): readonly Fact[] {
  return factsOf(requestsOf([{ source: 'audit.log', events: scenes.map(eventOf) }]));
}

function thingIn(fact: Fact): Thing {
  const thing = thingOf(fact);
  if (thing === null) throw new Error('no object');
  return thing;
}

it.each([undefined, 'u-1'])('takes looks in proportion to the requests (uid: %s)', (uid) => {
  const count = 2_000;
  const ref = uid === undefined ? {} : { uid };
  const facts = factsOfScenes(Array.from({ length: count }, (_, at) => ({ verb: 'patch', uri, at, ref })));
  let looks = 0;
  const counted = facts.map(
    (fact) =>
      new Proxy(fact, {
        get: (of, name) => {
          looks++;
          return Reflect.get(of, name);
        },
      }),
  );
  const log = new LoggedFacts(counted);
  for (const fact of counted) {
    isLastRelease(fact, thingIn(fact), log);
    causeWords(fact, log);
  }
  expect(looks).toBeLessThan(count * 200);
});

it('finds the last release as a look at all requests does', () => {
  const verbs = ['patch', 'delete', 'create', 'scale'] as const;
  let lasts = 0;
  for (let seed = 0; seed < 4 ** 5; seed++) {
    const scenes = Array.from({ length: 5 }, (_, n): Scene => {
      const verb = verbs[Math.floor(seed / 4 ** n) % 4] ?? 'patch';
      // Two at each time.
      const at = Math.floor(n / 2);
      if (verb === 'scale') return { verb: 'patch', uri: `${uri}/scale`, at };
      if (verb === 'create')
        return { verb, uri: `${paths.APPS}/deployments`, at, ref: { name: 'web' }, code: 201 };
      return { verb, uri, at };
    });
    const facts = factsOfScenes(scenes).map((fact) => ({
      ...fact,
      isRemovedAtOnce: fact.row.did.verb === 'delete' ? false : fact.isRemovedAtOnce,
    }));
    const log = new LoggedFacts(facts);
    for (const fact of facts) {
      const isLast = isLastRelease(fact, thingIn(fact), log);
      expect(isLast).toBe(isPlainlyLast(fact, log.on(thingIn(fact))));
      lasts += Number(isLast);
    }
  }
  expect(lasts).toBeGreaterThan(0);
});

function isPlainlyLast(fact: Fact, facts: readonly Fact[]): boolean {
  const held = facts.findLast((other) => other.row.did.verb === 'delete' && other.atUs <= fact.atUs);
  if (held?.isRemovedAtOnce !== false) return false;
  const next = facts.find((other) => other.atUs > fact.atUs && other.target.subresource === null);
  return next === undefined || next.isCreation;
}
