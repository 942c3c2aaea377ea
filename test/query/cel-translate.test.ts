import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileWhere } from '../../src/query/cel.ts';
import { matches } from '../../src/query/matches.ts';
import { describePredicate } from '../../src/query/plan.ts';
import { all } from '../../src/query/predicate.ts';
import { requestJson } from '../support/arbitrary.ts';
import { decodeJson } from '../support/decode-json.ts';

describe('the part of an expression that sources can filter by', () => {
  it.each([
    ['verb == "delete" && responseStatus.code != 200', 'verb is "delete" and not (code 200)'],
    ['"ops" in user.groups && verb in ["get", "list"]', 'user.groups is "ops" and verb in "get", "list"'],
    [
      '400 <= responseStatus.code && responseStatus.code < 500',
      'code 400 or more and not (code 500 or more)',
    ],
    ['responseStatus.code in [401, 403]', 'code 401 or code 403'],
    [
      'userAgent.startsWith("helm") || userAgent.contains("kube")',
      'userAgent like "helm*" or userAgent like "*kube*"',
    ],
    ['!(user["username"] == "alice")', 'not (user.username is "alice")'],
    ['objectRef.resource == "pods" && objectRef.name == "x"', 'objectRef.resource is "pods"'],
    ['verb == "get" || objectRef.name == "x"', null],
    ['objectRef.namespace == "prod"', null],
    ['userAgent == ""', null],
    ['userAgent.contains("*")', null],
    ['has(user.username)', null],
    ['user.groups.exists(g, g == "ops")', null],
  ])('%s', async (text, translated) => {
    const where = await compileWhere(text);
    const parts = where.kind === 'all' ? where.of : [where];
    expect(parts.at(-1)).toMatchObject({ kind: 'cel', text });
    expect(parts.length === 1 ? null : describePredicate(all(...parts.slice(0, -1)))).toBe(translated);
  });

  it('leaves nothing out that the expression itself lets in, and lets nothing in', async () => {
    const texts = [
      'verb != "get"',
      '!(verb in ["get", "list"]) || user.username == "alice"',
      'user.username != "bob" && !("ops" in user.groups)',
      'impersonatedUser.username != "alice" || "dev" in impersonatedUser.groups',
      'responseStatus.code != 200 && !(responseStatus.code < 400)',
      'responseStatus.code in [200, 403] || stage == "Panic"',
      '!(userAgent.startsWith("kube") && userAgent.endsWith("1"))',
      '"10.0.3.7" in sourceIPs',
      '!(objectRef.resource in ["pods"]) && requestURI.contains("api")',
      'auditID != "same-id" && stage != "Panic"',
    ];
    const wheres = await Promise.all(texts.map(compileWhere));
    fc.assert(
      fc.property(requestJson(), fc.constantFrom(...wheres), (stages, where) => {
        const event = decodeJson(stages.at(-1));
        const bare = where.kind === 'all' ? where.of.at(-1) : where;
        if (bare === undefined) throw new Error('no expression');
        expect(matches(event, where)).toBe(matches(event, bare));
      }),
      { numRuns: 5000 },
    );
  });
});
