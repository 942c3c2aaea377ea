/** Field diffs: what people would say changed, and the property that makes it true. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FieldChange, fieldDiff } from '../../../src/questions/field-diff/field-diff.ts';
import { schemaOf } from '../../../src/questions/schema/built-in.ts';
import { type Schema, UNKNOWN_SCHEMA } from '../../../src/questions/schema/schema.ts';
import { applyDiff } from './apply-diff.ts';

const DEPLOYMENT = schemaOf({ group: 'apps', version: 'v1', kind: 'Deployment' });
const SERVICE = schemaOf({ group: '', version: 'v1', kind: 'Service' });

function told(before: unknown, after: unknown, schema: Schema = UNKNOWN_SCHEMA): string[] {
  return fieldDiff(before, after, schema).map(({ path, op, before: was, after: is }: FieldChange) => {
    if (op === 'add') return `+ ${path} ${JSON.stringify(is)}`;
    if (op === 'remove') return `- ${path} ${JSON.stringify(was)}`;
    return `${path} ${JSON.stringify(was)} → ${JSON.stringify(is)}`;
  });
}

function deployment(containers: unknown, more: object = {}): unknown {
  return { spec: { replicas: 3, template: { spec: { containers, ...more } } } };
}

describe('lists by their keys', () => {
  it('are told by the item, wherever it stands', () => {
    const before = deployment([{ name: 'api', image: 'api:v1' }]);
    const after = deployment([
      { name: 'proxy', image: 'envoy' },
      { name: 'api', image: 'api:v2' },
    ]);
    expect(told(before, after, DEPLOYMENT)).toEqual([
      'spec.template.spec.containers[api].image "api:v1" → "api:v2"',
      '+ spec.template.spec.containers[proxy].name "proxy"',
      '+ spec.template.spec.containers[proxy].image "envoy"',
    ]);
  });

  it('of several keys, one of which may be left out', () => {
    const before = {
      spec: {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, targetPort: 1 },
        ],
      },
    };
    const after = {
      spec: {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP', targetPort: 2 },
        ],
      },
    };
    expect(told(before, after, SERVICE)).toEqual([
      'spec.ports[53/TCP].targetPort 1 → 2',
      '+ spec.ports[53/TCP].protocol "TCP"',
    ]);
  });

  it('by position when two have one name', () => {
    const env = (value: string) => [
      { name: 'A', value: '1' },
      { name: 'A', value },
    ];
    expect(
      told(
        deployment([{ name: 'a', env: env('2') }]),
        deployment([{ name: 'a', env: env('3') }]),
        DEPLOYMENT,
      ),
    ).toEqual(['spec.template.spec.containers[a].env[1].value "2" → "3"']);
  });

  it('tell of an order that changed', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name }));
    expect(told(deployment([a, b]), deployment([b, c, a]), DEPLOYMENT)).toEqual([
      '+ spec.template.spec.containers[c].name "c"',
      'spec.template.spec.containers[] ["a","b"] → ["b","a"]',
    ]);
  });
});

describe('sets', () => {
  it('are told by their values', () => {
    const metadata = (finalizers: string[]) => ({ metadata: { finalizers } });
    expect(told(metadata(['a.b/c', 'd']), metadata(['d', '7', 'e']), DEPLOYMENT)).toEqual([
      '- metadata.finalizers[a.b/c] "a.b/c"',
      '+ metadata.finalizers["7"] "7"',
      '+ metadata.finalizers[e] "e"',
    ]);
  });
});

describe('lists by position', () => {
  it('tell the least', () => {
    expect(told({ args: ['-a', '-b', '-c'] }, { args: ['-b', '-x', '-c'] })).toEqual([
      '- args[0] "-a"',
      '+ args[1] "-x"',
    ]);
    expect(told({ args: ['a', '--level=1'] }, { args: ['a', '--level=2'] })).toEqual([
      'args[1] "--level=1" → "--level=2"',
    ]);
    expect(told({ args: ['sh'] }, { args: [] })).toEqual(['- args[0] "sh"']);
  });

  it('tell what changed inside an item that moved', () => {
    const rule = (resource: string, verbs: string[]) => ({ apiGroups: [''], resources: [resource], verbs });
    expect(
      told(
        { rules: [rule('pods', ['get', 'list']), rule('nodes', ['get'])] },
        {
          rules: [rule('secrets', ['get']), rule('pods', ['get', 'list', 'delete']), rule('nodes', ['get'])],
        },
      ),
    ).toEqual([
      '+ rules[1].verbs[2] "delete"',
      '+ rules[0].apiGroups[0] ""',
      '+ rules[0].resources[0] "secrets"',
      '+ rules[0].verbs[0] "get"',
    ]);
  });

  it('tell another item of another name as another', () => {
    expect(
      told({ users: [{ name: 'alice', kind: 'User' }] }, { users: [{ name: 'bob', kind: 'User' }] }),
    ).toEqual([
      '- users[0].name "alice"',
      '- users[0].kind "User"',
      '+ users[0].name "bob"',
      '+ users[0].kind "User"',
    ]);
  });

  it('are told as wholes when next to nothing stayed', () => {
    const [before, after] = [0, 5_000].map((from) => Array.from({ length: 3_000 }, (_, n) => `${from + n}`));
    expect(fieldDiff({ before }, { before: after }, UNKNOWN_SCHEMA)).toMatchObject([
      { path: 'before', op: 'replace', before, after },
    ]);
  });
});

describe('paths', () => {
  it('quote what is no plain name', () => {
    const after = { metadata: { annotations: { 'a.b/c': '1', 'x"]': '2', '': '3', '0': '4', ok_1: '5' } } };
    expect(fieldDiff({}, after, UNKNOWN_SCHEMA).map(({ path }) => path)).toEqual([
      'metadata.annotations["0"]',
      'metadata.annotations["a.b/c"]',
      'metadata.annotations["x\\"]"]',
      'metadata.annotations[""]',
      'metadata.annotations.ok_1',
    ]);
  });

  it('survive names that JavaScript has a meaning for', () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"constructor":1},"toString":{"a":1}}');
    expect(told({}, hostile)).toEqual(['+ __proto__.constructor 1', '+ toString.a 1']);
    expect(told(hostile, {})).toEqual(['- __proto__.constructor 1', '- toString.a 1']);
    expect(told(hostile, hostile)).toEqual([]);
  });
});

describe('creation and deletion', () => {
  it('are told down to the leaves', () => {
    const object = { metadata: { labels: {} }, spec: { args: [], n: null, containers: [{ name: 'a' }] } };
    const leaves = ['metadata.labels {}', 'spec.args []', 'spec.n null', 'spec.containers[0].name "a"'];
    expect(told(undefined, object)).toEqual(leaves.map((leaf) => `+ ${leaf}`));
    expect(told(object, undefined)).toEqual(leaves.map((leaf) => `- ${leaf}`));
  });
});

describe('what is hostile', () => {
  const nested = (depth: number, leaf: unknown): unknown => {
    let value = leaf;
    for (let n = 0; n < depth; n++) value = n % 2 === 0 ? [value] : { a: value };
    return value;
  };

  it.each([500, 601, 100_000])('is told at a depth of %i', (depth) => {
    const [before, after] = [nested(depth, 1), nested(depth, 2)];
    const changes = fieldDiff(before, after, UNKNOWN_SCHEMA);
    expect(changes).toHaveLength(1);
    expect(changes[0]?.segments.length).toBe(Math.min(depth, 600));
    expect(fieldDiff(before, nested(depth, 1), UNKNOWN_SCHEMA)).toEqual([]);
    expect(fieldDiff(undefined, after, UNKNOWN_SCHEMA)).toHaveLength(1);
  });

  it('is told with no more than so many changes', () => {
    const wide = (value: number) =>
      Object.fromEntries(
        Array.from({ length: 300 }, (_, n) => [
          `f${n}`,
          Array.from({ length: 300 }, (_, m) => ({ v: value + m })),
        ]),
      );
    for (const [before, after] of [
      [wide(0), wide(1_000)],
      [undefined, wide(0)],
    ]) {
      const changes = fieldDiff(before, after, UNKNOWN_SCHEMA);
      expect(changes.length).toBeGreaterThan(300);
      expect(changes.length).toBeLessThan(20_000);
      expect(applyDiff(before, changes)).toEqual(after);
    }
  });
});

/** Any schema at all, whatever the value is. */
const anySchema: fc.Arbitrary<Schema> = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(UNKNOWN_SCHEMA),
    fc
      .record({
        inside: tie('schema'),
        of: tie('schema'),
        listType: fc.constantFrom('map' as const, 'set' as const, 'atomic' as const, null),
        listKeys: fc.subarray(['a', 'b', 'name']),
        listKeyDefaults: fc.constantFrom<unknown[]>([], [1, undefined, 'x']),
        patchMergeKey: fc.constantFrom('a', 'name', null),
      })
      .map(({ inside, of, ...marks }) => ({
        ...UNKNOWN_SCHEMA,
        ...marks,
        field: () => inside,
        items: () => of,
      })),
  ),
})).schema;

const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, 1, 2, '', 'a', 'b', '1', 'x/y', {}, []),
    fc.array(tie('value'), { maxLength: 6 }),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'name', '__proto__', '', 'x.y'), tie('value')), {
        maxLength: 4,
      })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;

/** A value, and what somebody made of it. */
const anyEdit = fc.oneof(
  fc.tuple(anyValue, anyValue),
  fc
    .tuple(fc.array(anyValue, { maxLength: 12 }), fc.infiniteStream(fc.nat(20)), anyValue)
    .map(([list, picks, value]) => {
      const edited = list.flatMap((item) => {
        const pick = picks.next().value;
        if (pick < 3) return [];
        if (pick < 6) return [value, item];
        return pick < 8 ? [{ name: 'a', of: item }] : [item];
      });
      if (picks.next().value < 6) edited.reverse();
      return [list, edited] as [unknown, unknown];
    }),
);

describe('for any values and any schema', () => {
  it('applied to what was before, gives what was after, and the other way round', () => {
    fc.assert(
      fc.property(anyEdit, anySchema, ([before, after], schema) => {
        const changes = fieldDiff(before, after, schema);
        expect(applyDiff(before, changes)).toStrictEqual(after);
        expect(applyDiff(after, fieldDiff(after, before, schema))).toStrictEqual(before);
        expect(applyDiff(undefined, fieldDiff(undefined, after, schema))).toStrictEqual(after);
        expect(applyDiff(before, fieldDiff(before, undefined, schema))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('is empty between what is the same', () => {
    fc.assert(
      fc.property(anyValue, anySchema, (value, schema) => {
        const copy: unknown = JSON.parse(JSON.stringify(value));
        expect(fieldDiff(value, copy, schema)).toEqual([]);
      }),
    );
  });

  it('never writes two places alike, but for positions before and after', () => {
    fc.assert(
      fc.property(anyEdit, anySchema, ([before, after], schema) => {
        const written = fieldDiff(before, after, schema)
          .filter(({ segments }) => segments.every((one) => one.kind !== 'item' || one.name !== null))
          .map(({ path }) => path);
        expect(new Set(written).size).toBe(written.length);
      }),
      { numRuns: 1_000 },
    );
  });
});
