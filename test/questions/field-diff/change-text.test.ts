/** Changes in words. */
import { describe, expect, it } from 'vitest';
import { briefChangeText, changeText } from '../../../src/questions/field-diff/change-text.ts';
import { fieldDiff } from '../../../src/questions/field-diff/field-diff.ts';
import { type Change, redactChanges } from '../../../src/questions/field-diff/redact-changes.ts';
import { schemaOf } from '../../../src/questions/schema/built-in.ts';

const DEPLOYMENT = schemaOf({ group: 'apps', version: 'v1', kind: 'Deployment' });

function changes(before: unknown, after: unknown, resource = 'deployments'): readonly Change[] {
  const of = { resource, subresource: null, key: '' };
  return redactChanges(fieldDiff(before, after, DEPLOYMENT), { before, after, of });
}

function template(container: object): object {
  return { template: { spec: { containers: [{ name: 'api', ...container }] } } };
}

describe('a change', () => {
  it('is one line', () => {
    const before = { spec: { replicas: 3, paused: true, ...template({ image: 'r:5000/api:v1' }) } };
    const after = {
      spec: { replicas: 0, note: 'a\nb', zero: '0', ...template({ image: 'r:5000/api:v2', args: [] }) },
    };
    expect(changes(before, after).map(changeText)).toEqual([
      'spec.replicas 3 → 0',
      '- spec.paused true',
      'spec.template.spec.containers[api].image r:5000/api:v1 → r:5000/api:v2',
      '+ spec.template.spec.containers[api].args []',
      '+ spec.note "a\\nb"',
      '+ spec.zero "0"',
    ]);
  });

  it('of a secret tells no value', () => {
    const [before, after] = [{ data: { a: 'x', b: 'x' } }, { data: { a: 'y', c: 'x' } }];
    expect(changes(before, after, 'secrets').map(changeText)).toEqual([
      'data.a changed (redacted)',
      '- data.b (redacted)',
      '+ data.c (redacted)',
    ]);
  });

  it('of text with a secret in it tells the rest', () => {
    const data = (user: string) => ({ data: { url: `https://${user}:hunter2@db` } });
    expect(changes(data('me'), data('you'), 'configmaps').map(changeText)).toEqual([
      'data.url https://me:<redacted>@db → https://you:<redacted>@db',
    ]);
  });

  it('of which one side is not known says so', () => {
    const known = { before: null, after: 0, beforeKnown: false, afterKnown: true, redacted: false };
    expect(changeText({ path: 'spec.replicas', op: 'replace', ...known })).toBe('spec.replicas ? → 0');
    expect(changeText({ path: 'spec.x', op: 'remove', ...known, after: null })).toBe('- spec.x');
  });

  it('is cut when it is long, at no cost', () => {
    let deep: unknown = 1;
    for (let n = 0; n < 100_000; n++) deep = [deep];
    for (const after of [
      'x'.repeat(5_000_000),
      { a: 'x'.repeat(5_000_000) },
      Array(1_000_000).fill('x'),
      deep,
    ]) {
      const known = { before: null, beforeKnown: true, afterKnown: true, redacted: false };
      const text = changeText({ path: 'data', op: 'add', after, ...known });
      expect(text.length).toBeLessThan(230);
      expect(text).toContain('…');
    }
  });
});

describe('for a table', () => {
  it('leaves out where a pod template stands, and all of an image but its tag', () => {
    const spec = (tag: string) => ({ spec: template({ image: `r:5000/api${tag}` }) });
    const brief = (was: string, is: string) => changes(spec(was), spec(is)).map(briefChangeText);
    expect(brief(':v1', ':v2')).toEqual(['containers[api].image v1 → v2']);
    expect(brief('@sha256:aa', '@sha256:bb')).toEqual(['containers[api].image @sha256:aa → @sha256:bb']);
    expect(brief('', ':v2')).toEqual(['containers[api].image r:5000/api → r:5000/api:v2']);
    expect(brief('-x:v1', ':v1')).toEqual(['containers[api].image r:5000/api-x:v1 → r:5000/api:v1']);
  });

  it('leaves nothing out that would make two of one', () => {
    const all = changes({}, { containers: { a: 1 }, spec: template({}) });
    expect(all.map(briefChangeText)).toEqual([
      '+ containers.a 1',
      '+ spec.template.spec.containers[api].name api',
    ]);
  });
});
