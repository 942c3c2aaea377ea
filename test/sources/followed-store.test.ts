/** A store that is followed: what it says it leaves out is told when it is first missing, and stands in the coverage. */
import { expect, it } from 'vitest';
import { emptyBatch } from '../../src/event/batch.ts';
import type { Gap } from '../../src/event/coverage.ts';
import { ANY_EVENT } from '../../src/query/event-test.ts';
import { FollowedStore, SeenEvents } from '../../src/sources/store/followed-store.ts';

it('tells once what is missing in what it gives', async () => {
  const ended = new AbortController();
  const gap: Gap = { code: 'source-unreadable', text: 'gave a part of what was asked for', source: 'store' };
  const news: string[] = [];
  let polls = 0;
  const followed = new FollowedStore(
    {
      source: 'store',
      ask: {
        test: ANY_EVENT,
        received: { sinceUs: null, untilUs: null },
        stages: { sinceUs: null, untilUs: null },
        isLongRunning: false,
      },
      now: () => 0,
      onNews: ({ text }) => news.push(text),
      fetch: async function* (_, gaps) {
        gaps.push(gap);
        yield emptyBatch('store');
        if (++polls === 3) ended.abort();
      },
    },
    new SeenEvents(0),
  );
  const following = (async () => {
    for await (const _ of followed.follow(ended.signal));
  })();
  await expect(following).rejects.toThrow('aborted');
  expect(news).toEqual(['store gave a part of what was asked for']);
  expect(followed.findings().gaps).toEqual([gap]);
}, 20_000);
