/** JSON patches that somebody made to do harm, or on objects that are known in part only. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyJsonPatch, pointerOf } from '../../../src/questions/object-history/json-patch.ts';
import { applyMergePatch } from '../../../src/questions/object-history/merge-patch.ts';
import { applyStrategicPatch } from '../../../src/questions/object-history/strategic-patch.ts';
import { UNKNOWN_SCHEMA } from '../../../src/questions/schema/schema.ts';

const json = (text: string) => JSON.parse(text) as never;

describe('a patch', () => {
  it('never reaches a prototype, whatever its names', () => {
    const evil = [
      { op: 'add', path: '/__proto__/polluted', value: 1 },
      { op: 'add', path: '/constructor/prototype/polluted', value: 1 },
      { op: 'replace', path: '/a/__proto__', value: { polluted: 1 } },
      { op: 'copy', from: '/a', path: '/__proto__' },
    ];
    for (const isWhole of [true, false]) applyJsonPatch({ a: {} }, evil, isWhole);
    applyMergePatch({ a: {} }, json('{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}}}'));
    applyStrategicPatch({ a: {} }, json('{"__proto__":{"polluted":1}}'), UNKNOWN_SCHEMA);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('keeps __proto__ as a name like any other', () => {
    const { object } = applyJsonPatch(
      { data: {} },
      [{ op: 'add', path: '/data/__proto__', value: 'x' }],
      true,
    );
    expect(JSON.stringify(object)).toBe('{"data":{"__proto__":"x"}}');
    expect(JSON.stringify(applyMergePatch({}, json('{"data":{"__proto__":{"y":1}}}')))).toBe(
      '{"data":{"__proto__":{"y":1}}}',
    );
  });

  it('never throws, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.array(fc.anything()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.boolean(),
        (operations, object, isWhole) => {
          const { undone } = applyJsonPatch(object, operations, isWhole);
          expect(undone.length).toBeLessThanOrEqual(operations.length + 1);
        },
      ),
    );
  });

  it('sets what it can on an object known in part, and says what it cannot', () => {
    const operations = [
      { op: 'replace', path: '/spec/replicas', value: 3 },
      { op: 'remove', path: '/metadata/labels/gone' },
      { op: 'add', path: '/spec/template/spec/containers/0/image', value: 'x' },
      { op: 'test', path: '/metadata/uid', value: 'u' },
    ];
    expect(applyJsonPatch({ metadata: { name: 'web' } }, operations, false)).toEqual({
      object: { metadata: { name: 'web' }, spec: { replicas: 3 } },
      undone: ['/spec/template/spec/containers/0/image'],
    });
  });

  it('that could not have succeeded on the object at hand says so: it was not the server’s', () => {
    const { undone } = applyJsonPatch(
      { a: 1 },
      [
        { op: 'test', path: '/a', value: 2 },
        { op: 'remove', path: '/b' },
      ],
      true,
    );
    expect(undone).toEqual(['/a', '/b']);
  });

  it('has pointers with escapes, in their right order', () => {
    expect(pointerOf('/a~1b/~01/')).toEqual(['a/b', '~1', '']);
    expect(pointerOf('a')).toBeNull();
  });
});
