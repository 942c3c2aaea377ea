/** Chains of the sample logs, against what is known of them (FACTS.md): in any order, with bodies and without. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditRequest } from '../../../src/event/request.ts';
import type { Fact } from '../../../src/questions/fact/fact.ts';
import {
  briefly,
  chainOf,
  factsOf,
  type LogFile,
  readLog,
  requestsOf,
  withoutBodies,
} from './chain-support.ts';

const SHOP = 'test/fixtures/shop';
const TWO = 'test/fixtures/two-servers';
const shop = [readLog(`${SHOP}/audit.log`)];
const two = [readLog(`${TWO}/cp-1/audit.log`), readLog(`${TWO}/cp-2/audit.log`)];

interface Completed {
  readonly pod: string;
  /** Beginnings of audit IDs. */
  readonly final: string;
  readonly completes: string;
  readonly because: string;
}

/** The rows of "Pod deletions completed by the kubelet". `itself`: what it completes is a person's. */
function completions(folder: string): readonly Completed[] {
  const rows = readFileSync(`${folder}/FACTS.md`, 'utf8').matchAll(
    /^\| \w+\/(\S+) \| \S+ (\w{8}) \| .* (\w{8})(?: \(action \d+\))? \| (?:itself|.* (\w{8}) \(action \d+\)) \|$/gm,
  );
  return [...rows].map(([, pod = '', final = '', completes = '', because = completes]) => ({
    pod,
    final,
    completes,
    because,
  }));
}

function read(files: readonly LogFile[]) {
  const requests = requestsOf(files);
  const facts = factsOf(requests);
  return { requests, factOf: (id: string) => found(facts, id) };
}

function found(facts: readonly Fact[], id: string): Fact {
  const fact = facts.find(({ row }) => row.auditID.startsWith(id));
  if (fact === undefined) throw new Error(`no request ${id}`);
  return fact;
}

const isPerson = (user: string | null) =>
  user !== null && (!user.startsWith('system:') || user === 'system:serviceaccount:shop:deployer');

describe.each([
  ['shop', SHOP, shop],
  ['two servers', TWO, two],
] as const)('every pod deletion of %s that a kubelet completed', (_name, folder, files) => {
  const rows = completions(folder);

  it('is in the table', () => {
    expect(rows.length).toBe(folder === SHOP ? 15 : 8);
  });

  it.each(rows)('$pod: with bodies, proven up to whoever set it off', ({ final, completes, because }) => {
    const { requests, factOf } = read(files);
    const causes = chainOf([factOf(final)], requests).chain.causesOf(factOf(final));
    expect(causes[0]?.auditID).toMatch(new RegExp(`^${completes}`));
    const people = causes.filter(({ who }) => isPerson(who.user));
    expect(people[0]?.auditID).toMatch(new RegExp(`^${because}`));
    expect(causes.every(({ link }) => link === 'proven')).toBe(true);
  });

  it.each(rows)('$pod: without bodies, likely, and nobody else', ({ final, completes, because }) => {
    const { requests, factOf } = read(files.map(withoutBodies));
    const causes = chainOf([factOf(final)], requests).chain.causesOf(factOf(final));
    expect(causes[0]?.auditID).toMatch(new RegExp(`^${completes}`));
    const people = causes.filter(({ who, object }) => isPerson(who.user) && object.subresource !== 'token');
    expect(people.map(({ auditID }) => auditID.slice(0, 8))).toEqual([because]);
    expect(people.every(({ link }) => link === 'likely')).toBe(true);
  });
});

it('comes out the same in whatever order the log is read', () => {
  const { requests, factOf } = read(shop);
  const deeds = completions(SHOP).map(({ final }) => factOf(final));
  const told = (order: readonly AuditRequest[]) => {
    const { chain } = chainOf(deeds, order);
    return deeds.map((deed) => chain.causesOf(deed));
  };
  const expected = told(requests);
  fc.assert(
    fc.property(fc.shuffledSubarray([...requests], { minLength: requests.length }), (order) => {
      expect(told(order)).toEqual(expected);
    }),
    { numRuns: 10 },
  );
});

describe('on the shop sample', () => {
  const { requests } = read(shop);
  const facts = factsOf(requests);
  const told = (isIt: (fact: Fact) => boolean) => {
    const deed = facts.find((fact) => fact.effect === 'done' && isIt(fact));
    if (deed === undefined) throw new Error('no such request');
    return briefly(chainOf([deed], requests).chain.causesOf(deed));
  };
  const deletes = (name: string) => (fact: Fact) =>
    fact.row.did.verb === 'delete' && fact.target.name === name;

  it('[web-gone] ReplicaSets went because ci-bot deleted the Deployment', () => {
    expect(told(deletes('web-6bf4c8fd48'))).toEqual(['1 ci-bot delete deployments/web proven']);
  });

  it('[api-gone] the orphaned ReplicaSet lost its owner to bob, and was let go after his foreground deletion', () => {
    const patches = facts.filter(
      (fact) => fact.target.name === 'api-77b4bfc4cf' && fact.row.did.verb === 'patch',
    );
    expect(patches.map(({ key }) => told((fact) => fact.key === key))).toEqual([
      ['1 bob delete deployments/api proven'],
      ['1 bob delete replicasets/api-77b4bfc4cf proven'],
    ]);
    const finalizer = told(
      (fact) =>
        fact.target.name === 'api' && fact.row.did.verb === 'patch' && fact.after?.isTerminating === true,
    );
    expect(finalizer).toEqual(['1 bob delete deployments/api proven']);
  });

  it('[ledger] mallory took the token that backup-agent used', () => {
    expect(told(deletes('ledger'))).toEqual(['1 mallory create serviceaccounts/token/backup-agent proven']);
  });

  it('[pinned] what bob asked for went with the patch of alice', () => {
    expect(told((fact) => fact.target.name === 'pinned' && fact.row.did.verb === 'patch')).toEqual([
      '1 bob delete configmaps/pinned proven',
    ]);
  });

  it('[tmp] what the namespace controller took, alice had taken with the namespace', () => {
    const taken = told((fact) => fact.took?.includes('keep') === true);
    expect(taken).toEqual(['1 alice delete namespaces/scratch proven']);
  });

  it('[flags] alice, who acted as dave', () => {
    expect(told((fact) => fact.target.name === 'flags' && fact.row.who.as === 'dave')).toEqual([
      '1 alice impersonate users/dave proven',
    ]);
  });

  it.each([
    [
      'web-984fbbcf5-p8h89',
      [
        '1 deployment-controller create replicasets/web-984fbbcf5 proven',
        '2 ci-bot create deployments/web proven',
      ],
    ],
    [
      'web-984fbbcf5-cjxkl',
      [
        '1 deployment-controller update replicasets/web-984fbbcf5 proven',
        '2 bob patch deployments/scale/web proven',
      ],
    ],
    [
      'web-6bf4c8fd48-bf6fp',
      [
        '1 deployment-controller update replicasets/web-6bf4c8fd48 proven',
        '2 bob patch deployments/web proven',
      ],
    ],
    ['web-6bf4c8fd48-4mxg4', ['1 bob create pods/eviction/web-6bf4c8fd48-bf6fp likely']],
    ['web-6bf4c8fd48-4jnsg', ['1 bob delete pods/web-6bf4c8fd48-4mxg4 likely']],
    ['api-77b4bfc4cf-9scwp', ['1 bob delete pods/api-77b4bfc4cf-kfbw5 likely']],
  ])('pod %s was made because of what somebody did', (name, causes) => {
    const isMade = (fact: Fact) =>
      fact.isCreation &&
      fact.target.resource === 'pods' &&
      fact.target.name === name &&
      fact.target.subresource === null;
    expect(told(isMade)).toEqual(causes);
  });

  it.each(['pinned', 'flags', 'web-config', 'web', 'api'])(
    'nothing is read on for what people did to %s',
    (name) => {
      const deeds = facts.filter(
        (fact) => fact.target.name === name && isPerson(fact.row.who.user) && fact.row.who.kind === 'person',
      );
      expect(deeds.length).toBeGreaterThan(0);
      const ends = deeds.filter(
        (fact) => fact.after?.isTerminating !== true || fact.row.did.verb !== 'patch',
      );
      expect(chainOf(ends, requests).rounds).toBe(0);
    },
  );
});

it('[till] its content went because alice deleted the namespace, through the other server', () => {
  const { requests } = read(two);
  const deeds = factsOf(requests).filter(
    ({ row, target }) => row.did.verb === 'deletecollection' && target.namespace === 'till',
  );
  expect(deeds.length).toBeGreaterThan(20);
  const { chain } = chainOf(deeds, requests);
  for (const deed of deeds)
    expect(briefly(chain.causesOf(deed))).toEqual(['1 alice delete namespaces/till proven']);
});

it('says what it looked for where one server of two is missing', () => {
  const [first] = two;
  const { requests } = read(first === undefined ? [] : [first]);
  const deed = factsOf(requests).find(
    (fact) => fact.isKubeletCompletion && fact.target.name === 'web-6bf4c8fd48-tjn5k',
  );
  if (deed === undefined) throw new Error('no completion');
  const { chain } = chainOf([deed], requests);
  expect(chain.causesOf(deed)).toEqual([]);
  expect(chain.notes()).toEqual([
    {
      code: 'cause-not-in-log',
      text: 'shop/pod/web-6bf4c8fd48-tjn5k: why node:cp-1 did delete is not in what was read (looked for: the delete or eviction that it completes)',
    },
  ]);
});
