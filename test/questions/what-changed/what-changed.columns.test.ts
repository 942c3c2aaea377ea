/** The table's CHANGED column. */
import { expect, it } from 'vitest';
import { columnsFor } from '../../../src/questions/what-changed/what-changed-columns.ts';
import type { WhatChangedRow } from '../../../src/questions/what-changed/what-changed-row.ts';
import { changed } from './what-changed-support.ts';

const URI = '/api/v1/namespaces/shop/configmaps/a';

async function lines(data: Record<string, string>): Promise<readonly string[]> {
  const configMap = (values: object, resourceVersion: string) => ({
    ...{ kind: 'ConfigMap', apiVersion: 'v1', data: values },
    metadata: { name: 'a', namespace: 'shop', uid: 'u', resourceVersion },
  });
  const webhook = { configuration: 'c', webhook: 'inject.example.com', mutated: true };
  const { rows } = await changed('cm/a', [
    { at: 1, verb: 'update', uri: URI, body: {}, answer: configMap({}, '1') },
    {
      ...{ at: 2, verb: 'update', uri: URI, body: {}, answer: configMap(data, '2') },
      over: { annotations: { 'mutation.webhook.admission.k8s.io/round_0_index_0': JSON.stringify(webhook) } },
    },
  ]);
  const object = { kind: 'anything' as const, namespace: null };
  const column = columnsFor(object as never).find(({ name }) => name === 'CHANGED');
  const cell = column?.brief?.(rows[0] as unknown as WhatChangedRow as never);
  return cell?.kind === 'list' ? cell.items : [];
}

it('shows who else changed it on the way before many fields, of which a table cuts the last', async () => {
  const many = await lines({ a: '1', b: '2', c: '3', d: '4', e: '5' });
  expect(many).toHaveLength(6);
  expect(many[0]).toBe('changed on the way by webhook inject.example.com');
  const few = await lines({ a: '1' });
  expect(few).toEqual(['+ data.a "1"', 'changed on the way by webhook inject.example.com']);
});
