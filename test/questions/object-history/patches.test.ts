/**
 * Patches of every kind, held against Kubernetes' own libraries: patches.go made the cases (strategicpatch, json-patch, and
 * the field manager of server-side apply with managedFields as they come).
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../../src/questions/object-history/apply-patch.ts';
import { applyJsonPatch } from '../../../src/questions/object-history/json-patch.ts';
import { applyMergePatch } from '../../../src/questions/object-history/merge-patch.ts';
import { NOBODY, ownershipOf } from '../../../src/questions/object-history/ownership.ts';
import type { Json } from '../../../src/questions/object-history/step.ts';
import { applyStrategicPatch } from '../../../src/questions/object-history/strategic-patch.ts';
import { schemaOf } from '../../../src/questions/schema/built-in.ts';

interface Case {
  readonly is: 'strategic' | 'merge' | 'json' | 'apply';
  readonly before: Json;
  readonly after: Json;
  readonly patch: never;
  readonly config: Json;
  readonly manager: string;
}

const cases = gunzipSync(readFileSync('test/questions/object-history/patches.jsonl.gz'))
  .toString('utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Case);

const schema = schemaOf({ group: 'apps', version: 'v1', kind: 'Deployment' });

function casesOf(kind: Case['is']): readonly Case[] {
  const found = cases.filter(({ is }) => is === kind);
  expect(found.length).toBeGreaterThan(100);
  return found;
}

/** Without managedFields, and without what a type writes down, or leaves out, for nothing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .filter(([name, inner]) => name !== 'managedFields' && inner !== null)
    .map(([name, inner]): [string, unknown] => [name, plain(inner)])
    .filter(([name, inner]) => name === 'emptyDir' || !isEmpty(inner));
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

describe('patches', () => {
  it('strategic: as strategicpatch, directives and the order of lists included', () => {
    for (const { before, patch, after } of casesOf('strategic'))
      expect(plain(applyStrategicPatch(before, patch, schema))).toEqual(plain(after));
  });

  it('merge: as json-patch', () => {
    for (const { before, patch, after } of casesOf('merge'))
      expect(applyMergePatch(before, patch)).toEqual(after);
  });

  it('JSON: as json-patch, what it lets pass beyond the RFC included', () => {
    for (const { before, patch, after } of casesOf('json')) {
      const { object, undone } = applyJsonPatch(before, patch, true);
      expect(undone).toEqual([]);
      expect(plain(object)).toEqual(plain(after));
    }
  });

  it('server-side apply: merges, prunes and owns as the field manager', () => {
    for (const { before, config, manager, after } of casesOf('apply')) {
      const ownership = ownershipOf(before.metadata) ?? NOBODY;
      const applied = applyConfiguration(
        before,
        { config, manager, apiVersion: 'apps/v1' },
        ownership,
        schema,
      );
      expect(plain(applied.object)).toEqual(plain(after));
      const fieldsOf = (owned: typeof ownership | null) =>
        owned?.applied.find((one) => one.manager === manager)?.fields;
      expect(fieldsOf(applied.ownership)).toEqual(fieldsOf(ownershipOf(after.metadata)));
    }
  });
});
