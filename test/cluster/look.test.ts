/** Looking at objects over real sockets, at servers that answer as no API server does. */
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { liveCluster } from '../../src/cluster/look.ts';
import { wholeText } from '../../src/cluster/wire/whole-text.ts';
import type { ObjectKey } from '../../src/live.ts';
import { connectTo, failure, never, serve } from './support/connect-here.ts';

/** So many of a kind that they are listed. */
const KEYS = Array.from(
  { length: 8 },
  (_, n): ObjectKey => ({
    kind: 'object',
    group: '',
    version: 'v1',
    resource: 'pods',
    namespace: 'shop',
    name: `api-${n}`,
  }),
);

async function foundWith(answer: (response: ServerResponse) => void): Promise<unknown> {
  const { ports } = await serve((_, response) => answer(response));
  const { api } = await connectTo(ports.tls);
  const [first] = (await liveCluster(api).look(KEYS, never)).values();
  return first;
}

describe('many objects of a kind', () => {
  it.each([
    [403, '<html>denied</html>', 'the API server answered 403'],
    [200, '<html>log in</html>', 'what answers is no API server: it sent no JSON'],
    [200, '{}', 'the API server gave no list'],
    [200, '{"kind":"PodList","metadata":{"continue":"x"},"items":[]}', 'too many of them to list'],
  ])('are not gone when %i %s is answered', async (status, body, why) => {
    const found = await foundWith((response) => response.writeHead(status).end(body));
    expect(found).toEqual({ kind: 'unknown', why });
  });

  it('are gone when they are in no whole list', async () => {
    const found = await foundWith((response) =>
      response.end('{"kind":"PartialObjectMetadataList","metadata":{},"items":[]}'),
    );
    expect(found).toEqual({ kind: 'gone' });
  });
});

it('takes no more of an answer than can be kept', async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1 << 20;
      yield Buffer.alloc(1 << 20, 'x');
    }
  }
  expect((await failure(wholeText(endless(), 'https://10.0.0.1', 4 << 20))).said).toBe(
    'AUDIT_CLUSTER_UNREACHABLE: the API server https://10.0.0.1 answered more than 4 MiB at once',
  );
  expect(given).toBe(5 << 20);
});
