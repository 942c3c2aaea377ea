/** Whose a finding is, and whose requests came together with theirs; whatever the order in which they come. */
import { describe, expect, it } from 'vitest';
import type { AuditRequest } from '../../../src/event/request.ts';
import { actorsText, type FindingRow, findingRow } from '../../../src/questions/detect/detect-row.ts';
import { MAX_OTHERS } from '../../../src/questions/detect/finding-group.ts';
import { FindingGroups, MAX_ACTORS } from '../../../src/questions/detect/finding-groups.ts';
import { seenRequest } from '../../../src/questions/detect/seen-request.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { by, request, rulesOf } from './requests.ts';

const [rule] = (await rulesOf('id: r, when: { did: read }, within: 10m, count: 2')) as [Rule];

const seen = (of: AuditRequest) => seenRequest(of, { keepsEvents: false, isRevealed: false });

function rowsOf(...episodes: readonly (readonly AuditRequest[])[]): readonly FindingRow[] {
  const groups = new FindingGroups();
  for (const episode of episodes) groups.addEpisode(rule, episode.map(seen), 'together');
  expect(groups.left).toBe(0);
  return groups.groups().map((group) => findingRow(group, ''));
}

const names = (row: FindingRow | undefined) => [
  row?.who.user,
  row?.others.top.map(({ user }) => user),
  row?.others.distinct,
];

describe('a finding of requests of several', () => {
  it('is of whoever began it, and names the others in the order in which they came in', () => {
    const [row] = rowsOf([
      request(1, by('mallory')),
      request(2, by('zoe')),
      request(3, by('bob')),
      request(4, by('mallory')),
      request(5, by('zoe')),
    ]);
    expect(names(row)).toEqual(['mallory', ['zoe', 'bob'], 2]);
    expect([row?.count, row?.episodes]).toEqual([5, 1]);
  });

  it('is another when somebody else began it', () => {
    const rows = rowsOf(
      [request(1, by('mallory')), request(2, by('sa'))],
      [request(3, by('bob')), request(4, by('sa'))],
      [request(5, by('mallory')), request(6, by('ann'))],
    );
    expect(rows.map(names)).toEqual([
      ['mallory', ['sa', 'ann'], 2],
      ['bob', ['sa'], 1],
    ]);
    expect(rows.map(({ count, episodes }) => [count, episodes])).toEqual([
      [4, 2],
      [2, 1],
    ]);
  });

  it('is the same in whatever order episodes come', () => {
    const episodes = [
      [request(1, by('mallory')), request(2, by('zoe'))],
      [request(3, by('mallory')), request(4, by('bob'))],
      [request(5, by('mallory')), request(6, by('zoe')), request(7, by('bob'))],
    ];
    expect(rowsOf(...episodes.toReversed())).toEqual(rowsOf(...episodes));
  });

  it('says of its actor what all of their own requests share, and nothing of the others', () => {
    const login = (user: string, id: string) => ({
      user: { username: user, extra: { 'authentication.kubernetes.io/credential-id': [id] } },
    });
    const [same, other] = rowsOf(
      [request(1, login('mallory', 'JTI=1')), request(2, login('bob', 'JTI=2'))],
      [request(3, login('ann', 'JTI=3')), request(4, login('ann', 'JTI=4'))],
    ).toReversed();
    expect([same?.who.credential, same?.others.top[0]?.credential]).toEqual(['JTI=1', 'JTI=2']);
    expect([other?.who.user, other?.who.credential]).toEqual(['ann', null]);
  });

  it('tells those whom nobody knows apart by their addresses', () => {
    const [row] = rowsOf([
      request(1, { ...by(null), sourceIPs: ['192.0.2.1'] }),
      request(2, { ...by(null), sourceIPs: ['192.0.2.2'] }),
      request(3, by('alice')),
    ]);
    expect(names(row)).toEqual([null, [null, 'alice'], 2]);
  });

  it('counts all requests, though not all actors are told apart', () => {
    const many = Array.from({ length: 3 * MAX_OTHERS }, (_, n) => request(n + 1, by(`user-${n}`)));
    const [row] = rowsOf([request(0, by('mallory')), ...many]);
    expect([row?.count, row?.others.distinct, row?.others.top.length]).toEqual([
      3 * MAX_OTHERS + 1,
      MAX_OTHERS,
      5,
    ]);
  });

  it('says how many requests are in no group', () => {
    const groups = new FindingGroups();
    for (let n = 0; n < MAX_ACTORS + 7; n++)
      groups.addEpisode(rule, [seen(request(n, by(`user-${n}`))), seen(request(n + 0.5, by('bob')))], null);
    expect([groups.groups().length, groups.left]).toEqual([MAX_ACTORS, 14]);
  });
});

describe('the cell', () => {
  it.each([
    [[], 'mallory'],
    [['system:serviceaccount:kube-system:backup-agent'], 'mallory, sa:kube-system/backup-agent'],
    [['bob', 'zoe', 'ann'], 'mallory, bob +2'],
  ])('names two, and counts the others: %j', (others, text) => {
    const [row] = rowsOf([
      request(0, by('mallory')),
      ...others.map((name, n) => request(n + 1, by(name))),
    ]) as [FindingRow];
    expect(actorsText(row)).toBe(text);
  });
});
