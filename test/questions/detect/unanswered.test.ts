/** Which rules a log cannot answer for want of bodies, by the levels that its requests were logged at. */
import { describe, expect, it } from 'vitest';
import type { Coverage } from '../../../src/event/coverage.ts';
import { matches } from '../../../src/query/matches.ts';
import { levelWitness, unansweredBy } from '../../../src/questions/detect/unanswered.ts';
import { request, rulesOf } from './requests.ts';

const WHERE = `where: 'size(pods(requestObject)) > 0'`;
const body = (id: string, when: string) => `id: ${id}, when: { ${when}, ${WHERE} }, level: Request`;

async function rulesWith(...of: readonly string[]) {
  const rules = await rulesOf(...of.map((one) => one.replace(', level: Request', '')));
  return rules.map((rule, n) => ({
    ...rule,
    level: of[n]?.includes('level: Request') === true ? ('Request' as const) : rule.level,
  }));
}

async function unanswered(levels: Coverage['levels'], ...of: readonly string[]) {
  const found = unansweredBy(await rulesWith(...of), levels);
  return found.map(({ rule, resources, isPartly }) => [rule.id, resources, isPartly]);
}

describe('unansweredBy', () => {
  const PODS = body('pods', 'did: create, resource: pods');
  const EVERY = body('every', 'verb: create');

  it('names rules whose requests are there without what they ask for', async () => {
    expect(await unanswered({ pods: { Metadata: 3 } }, PODS)).toEqual([['pods', ['pods'], false]]);
  });

  it('takes one request with a body for a proof that bodies are logged', async () => {
    expect(await unanswered({ pods: { Metadata: 300, Request: 1 } }, PODS)).toEqual([]);
    expect(await unanswered({ pods: { RequestResponse: 1 } }, PODS)).toEqual([]);
  });

  it('says nothing of what is not in the log, of other resources and of subresources', async () => {
    expect(await unanswered({}, PODS)).toEqual([]);
    const others = {
      'apps/pods': { Metadata: 1 },
      configmaps: { Metadata: 1 },
      'pods/exec': { Metadata: 1 },
    };
    expect(await unanswered(others, PODS)).toEqual([]);
  });

  it('says nothing of rules that look into no body', async () => {
    expect(await unanswered({ pods: { Metadata: 3 } }, 'id: plain, when: { resource: pods }')).toEqual([]);
  });

  it('tells rules that see a part apart from those that see nothing', async () => {
    const levels = {
      pods: { Metadata: 1 },
      'apps/deployments': { RequestResponse: 1 },
      'rbac.authorization.k8s.io/roles': { Metadata: 4 },
    };
    const both = body('both', "resource: [pods, 'deployments.apps']");
    const roles = body('roles', 'resource: roles.rbac.authorization.k8s.io');
    expect(await unanswered(levels, both, roles)).toEqual([
      ['both', ['pods'], true],
      ['roles', ['rbac.authorization.k8s.io/roles'], false],
    ]);
  });

  it('takes a rule about any resource for one about all that are there', async () => {
    const levels = { pods: { Metadata: 1 }, configmaps: { Request: 1 } };
    expect(await unanswered(levels, EVERY)).toEqual([['every', ['pods'], true]]);
  });
});

describe('levelWitness', () => {
  it('is there only when a rule looks into bodies', async () => {
    expect(levelWitness(await rulesWith('id: plain, when: { resource: pods }'))).toBeNull();
  });

  it('holds of every request of the kind, whoever made it and however it ended', async () => {
    const rules = await rulesWith(body('named', 'did: read, resource: secrets, name: other, by: bob'));
    const witness = levelWitness(rules);
    if (witness === null) throw new Error('no witness');
    expect(matches(request(1).event, witness)).toBe(true);
    expect(matches(request(1, { responseStatus: { code: 403 } }).event, witness)).toBe(true);
    expect(matches(request(1, { verb: 'delete' }).event, witness)).toBe(false);
  });
});
