/** Looking at objects over real sockets, at servers that answer as no API server does. */
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { liveCluster } from '../../src/cluster/look.ts';
import { towardsApiServer } from '../../src/cluster/wire/towards.ts';
import type { BodyKey, LiveKey, ObjectKey, SchemaKey } from '../../src/live.ts';
import { wholeText } from '../../src/wire/whole-text.ts';
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

async function lookedAt(
  keys: readonly LiveKey[],
  answer: (path: string, response: ServerResponse) => void,
): Promise<{ found: unknown[]; asked: string[] }> {
  const asked: string[] = [];
  const { ports } = await serve((request, response) => {
    asked.push(request.url ?? '');
    answer(request.url ?? '', response);
  });
  const { api } = await connectTo(ports.tls);
  return { found: [...(await liveCluster(api).look(keys, never)).values()], asked };
}

describe('an object whole', () => {
  const key: BodyKey = { ...(KEYS[0] as ObjectKey), kind: 'body' };
  const whole = { kind: 'Pod', metadata: { name: 'api-0' }, spec: { a: [1] } };

  it('is what the API server has of it', async () => {
    const { found, asked } = await lookedAt([key], (_, response) => response.end(JSON.stringify(whole)));
    expect(found).toEqual([{ kind: 'body', json: whole }]);
    expect(asked).toEqual(['/api/v1/namespaces/shop/pods/api-0']);
  });

  it.each([
    [404, '{"kind":"Status","details":{"name":"api-0","kind":"pods"},"code":404}', { kind: 'gone' }],
    [404, '404 page not found', { kind: 'unknown', why: 'the cluster does not serve this type any more' }],
    [403, '{"kind":"Status","message":"pods is forbidden"}', { kind: 'unknown', why: 'pods is forbidden' }],
    [200, '{"kind":"PodList","items":[]}', { kind: 'unknown', why: 'the API server gave no object' }],
    [200, '{"metadata":{"name":"other"}}', { kind: 'unknown', why: 'the API server gave no object' }],
  ])('is told as it is when %i %s is answered', async (status, body, finding) => {
    const { found } = await lookedAt([key], (_, response) => response.writeHead(status).end(body));
    expect(found).toEqual([finding]);
  });

  it('is not asked for by a name that leads elsewhere', async () => {
    const { found, asked } = await lookedAt([{ ...key, name: '../../secrets/x' }], (_, response) =>
      response.end(),
    );
    expect(found).toEqual([{ kind: 'unknown', why: 'no object can have that name' }]);
    expect(asked).toEqual([]);
  });
});

describe('what a type is', () => {
  const key: SchemaKey = { kind: 'schema', group: 'example.com', version: 'v1', objectKind: 'Widget' };
  const type = { group: 'example.com', version: 'v1', kind: 'Widget' };
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const widget = {
    'x-kubernetes-group-version-kind': [type],
    properties: { metadata: { allOf: [ref('Meta')] } },
  };
  const schemas = {
    'com.example.v1.Widget': widget,
    'com.example.v1.Gadget': {
      'x-kubernetes-group-version-kind': [{ ...type, kind: 'Gadget' }],
      items: ref('Other'),
    },
    Meta: { properties: { self: ref('Meta'), owner: { items: ref('Owner') } } },
    Owner: { type: 'object' },
    Other: { type: 'string' },
  };
  const document = JSON.stringify({ openapi: '3.0.0', components: { schemas } });

  it('is its definition and what that refers to, out of one document for all of a version', async () => {
    const keys = [key, { ...key, objectKind: 'Gadget' }, { ...key, objectKind: 'Gone' }];
    const { found, asked } = await lookedAt(keys, (_, response) => response.end(document));
    expect(found).toEqual([
      {
        kind: 'schema',
        definition: widget,
        components: { schemas: { Meta: schemas.Meta, Owner: schemas.Owner } },
      },
      {
        kind: 'schema',
        definition: schemas['com.example.v1.Gadget'],
        components: { schemas: { Other: schemas.Other } },
      },
      { kind: 'unknown', why: "the cluster's OpenAPI has no Gone" },
    ]);
    expect(asked).toEqual(['/openapi/v3/apis/example.com/v1']);
  });

  it('of the core group stands elsewhere', async () => {
    const core = { ...key, group: '', objectKind: 'Pod' };
    const { asked } = await lookedAt([core], (_, response) => response.end(document));
    expect(asked).toEqual(['/openapi/v3/api/v1']);
  });

  it.each([
    [404, '404 page not found', 'the cluster has no OpenAPI of example.com/v1'],
    [403, '{"message":"forbidden"}', 'forbidden'],
    [200, '{"openapi":"3.0.0"}', 'the API server gave no OpenAPI'],
    [200, '<html>log in</html>', 'what answers is no API server: it sent no JSON'],
  ])('is not known when %i %s is answered', async (status, body, why) => {
    const { found } = await lookedAt([key], (_, response) => response.writeHead(status).end(body));
    expect(found).toEqual([{ kind: 'unknown', why }]);
  });

  it('is not known when the document has no end', async () => {
    const { found } = await lookedAt([key], (_, response) => {
      const chunk = Buffer.alloc(1 << 20, ' ');
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, () => setImmediate(more));
      };
      more();
    });
    expect(found).toMatchObject([{ kind: 'unknown', why: expect.stringContaining('more than 32 MiB') }]);
  });

  it.each(['a/../../b', '..', '', 'A B'])('is not asked for in a group named %j', async (group) => {
    const { asked, found } = await lookedAt([{ ...key, group: `${group}.` }], (_, response) =>
      response.end(),
    );
    expect(found).toEqual([{ kind: 'unknown', why: 'no group or version can have that name' }]);
    expect(asked).toEqual([]);
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
  expect((await failure(wholeText(endless(), towardsApiServer('https://10.0.0.1'), 4 << 20))).said).toBe(
    'AUDIT_CLUSTER_UNREACHABLE: the API server https://10.0.0.1 answered more than 4 MiB at once',
  );
  expect(given).toBe(5 << 20);
});
