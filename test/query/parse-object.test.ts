import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { parseObject } from '../../src/query/parse-object.ts';
import { findWord, type Word } from '../../src/query/words.ts';

function word(name: string): Word {
  const found = findWord(name);
  if (found === null) throw new Error(`no verb ${name}`);
  return found;
}

function read(typed: string, verb = 'delete', namespace: string | null = 'prod') {
  const words = typed === '' ? [] : typed.split(' ');
  return parseObject(word(verb), words, { namespace, subresource: null });
}

function mistake(words: readonly string[], verb = 'delete'): UserError {
  try {
    parseObject(word(verb), words, { namespace: null, subresource: null });
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error(`no UserError for ${words.join(' ')}`);
}

describe('parseObject', () => {
  it.each([
    'deploy/api',
    'deploy api',
    'Deployment/api',
    'DEPLOYMENTS api',
    'deployments.apps/api',
    'deployments.v1.apps api',
    '/apis/apps/v1/namespaces/prod/deployments/api',
  ])('%s is the Deployment', (typed) => {
    expect(read(typed)).toMatchObject({
      ...{ kind: 'resource', resources: ['deployments'], group: 'apps', isNamespaced: true },
      ...{ name: 'api', namespace: 'prod', subresource: null },
    });
  });

  it.each([
    ['pods', { resources: ['pods'], group: '', name: null }],
    ['pod/web-*', { resources: ['pods'], name: 'web-*' }],
    ['pod -x', { resources: ['pods'], name: '-x' }],
    ['widgets.example.com/x', { group: 'example.com', name: 'x', isNamespaced: null }],
    ['no/cp-1', { resources: ['nodes'], isNamespaced: false }],
  ])('%s', (typed, expected) => {
    expect(read(typed)).toMatchObject(expected);
  });

  it('takes a name alone where the verb says of what', () => {
    expect(read('web-1', 'exec')).toMatchObject({ resources: ['pods'], name: 'web-1' });
    expect(read('', 'exec')).toMatchObject({ resources: ['pods'], name: null });
    expect(read('pods', 'exec')).toMatchObject({ resources: ['pods'], name: null });
    expect(read('')).toEqual({ kind: 'anything', namespace: 'prod' });
  });

  it('takes the URL of a resource for what it names, and any other for itself', () => {
    expect(read('/api/v1/namespaces/shop/pods/x/log', 'get')).toMatchObject({
      ...{ kind: 'resource', resources: ['pods'], group: '', name: 'x' },
      ...{ namespace: 'shop', subresource: 'log' },
    });
    expect(read('/api/v1/pods', 'list', null)).toMatchObject({
      resources: ['pods'],
      name: null,
      namespace: null,
    });
    expect(read('/api/v1/namespaces/shop')).toMatchObject({ resources: ['namespaces'], name: 'shop' });
    expect(read('/metrics')).toEqual({ kind: 'path', pattern: '/metrics' });
    expect(read('/healthz?')).toEqual({ kind: 'path', pattern: '/healthz?' });
    expect(read('/apis')).toEqual({ kind: 'path', pattern: '/apis' });
  });

  it.each([
    [['deploy/'], 'lacks a name', 'say deploy'],
    [['deploy/api/scale'], 'more than one slash', 'deploy/api --subresource scale'],
    [['deploy/api/'], 'more than one slash', 'say deploy/api'],
    [['cm/a/b/c'], 'more than one slash', 'say cm/a'],
    [['pods', 'a', 'b'], 'one object at a time: "pods a b"', "pods/'web-*'"],
    [['pod/a', 'pod/b'], 'one object at a time: "pod/a pod/b"', "pod/'web-*'"],
    [['po,svc'], '"po,svc" names several types', 'po'],
    [['all'], 'category', 'deploy, pods'],
    [[''], 'an empty word: ""', 'variable'],
    [['deploy', ''], 'an empty word: "deploy" ""', 'variable'],
    [['/metrics', 'x'], 'a URL stands alone', ''],
    [
      ['/metrics?x=1'],
      'more than a path',
      `/metrics, and for the rest: --where 'requestURI.contains("x=1")'`,
    ],
    [['/api/v1/pods?limit=500'], 'more than a path', '/api/v1/pods'],
    [['de ploy/api'], 'no resource type', 'kubectl api-resources'],
  ])('refuses %j', (words, problem, hint) => {
    const error = mistake(words);
    expect(error.code).toBe('AUDIT_BAD_OBJECT');
    expect(error.message).toContain(problem);
    expect(error.hint ?? '').toContain(hint);
  });

  it('refuses a type that the verb is not done to', () => {
    expect(mistake(['deploy/x'], 'exec').message).toContain('exec is something done to pods');
  });
});
