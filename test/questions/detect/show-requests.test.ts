/** The short command for people shows all requests of a finding: tried on findings of the demo, and on actors that cannot be named. */
import { describe, expect, it } from 'vitest';
import { all } from '../../../src/query/predicate.ts';
import type { DetectParams } from '../../../src/questions/detect/detect-params.ts';
import { type FindingRow, findingRow } from '../../../src/questions/detect/detect-row.ts';
import { FindingGroups } from '../../../src/questions/detect/finding-groups.ts';
import { seenRequest } from '../../../src/questions/detect/seen-request.ts';
import { shortShowCommand, showCommand } from '../../../src/questions/detect/show-requests.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { shellWords } from '../../docs/shell-words.ts';
import { asked } from '../../promises/asked.ts';
import { by, request, rulesOf } from './requests.ts';

const [rule] = (await rulesOf('id: r, when: { did: read }')) as [Rule];

function paramsWith(sameLogs: string): DetectParams {
  return {
    ...{ rules: [rule], ruleNotes: [], filters: all(), limit: null, keepsEvents: false, isRevealed: false },
    ...{ window: { sinceUs: null, untilUs: null, isDefault: true } },
    ...{ calledAs: 'kubectl audit', sameLogs, sameWindow: '' },
  };
}

interface Documented<T> {
  readonly rows: readonly T[];
}

async function rowsOf<T>(...argv: readonly string[]): Promise<readonly T[]> {
  const { out } = await asked([...argv, '--limit', '0', '-o', 'json']);
  return (JSON.parse(out) as Documented<T>).rows;
}

describe('on the demo', () => {
  it('finds all of them', { timeout: 120_000 }, async () => {
    const findings = await rowsOf<FindingRow>('detect', '--demo');
    const many = findings.filter(({ auditIDs }) => auditIDs.length > 3).slice(0, 5);
    expect(many).toHaveLength(5);
    for (const row of many) {
      const command = shortShowCommand(row, paramsWith(' --demo'));
      expect(command).not.toContain('--audit-id');
      const shown = await rowsOf<{ auditID: string }>(...(shellWords(command)[0] ?? []).slice(2));
      const ids = new Set(shown.map(({ auditID }) => auditID));
      expect([command, row.auditIDs.filter((id) => !ids.has(id))]).toEqual([command, []]);
    }
  });
});

function commandOf(...usernames: readonly (string | null)[]): string {
  const groups = new FindingGroups();
  const requests = usernames.map((name, n) => request(n, by(name)));
  const seen = requests.map((one) => seenRequest(one, { keepsEvents: false, isRevealed: false }));
  groups.addEpisode(rule, seen, null);
  const [group] = groups.groups();
  if (group === undefined) throw new Error('no group');
  const params = paramsWith(' --file a.log');
  return shortShowCommand(findingRow(group, showCommand(group, params)), params);
}

describe('the command', () => {
  it('names up to three requests by their IDs', () => {
    expect(commandOf('a', 'a', 'b')).toBe(
      'kubectl audit who-did touch -A --audit-id id-2 --audit-id id-1 --audit-id id-0 --since 2026-11-22T10:00:00.000000Z --file a.log',
    );
  });

  it('names the actors of more, once each, the place and the time', () => {
    expect(commandOf('a', 'b', 'a', 'system:serviceaccount:ci:runner')).toBe(
      'kubectl audit who-did touch secret/x -n a --by a,b,system:serviceaccount:ci:runner --since 2026-11-22T10:00:00.000000Z --until 2026-11-22T10:00:04.000000Z --file a.log',
    );
  });

  it.each([
    ['nobody known', [null, 'a', 'a', 'a']],
    ['a comma in a name', ['CN=a,OU=b', 'a', 'a', 'a']],
    ['a name that is a pattern', ['a*', 'a', 'a', 'a']],
    ['a name that is read as a group', ['group:x', 'a', 'a', 'a']],
    ['more than are named', ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
  ])('goes by the address with %s', (_, names) => {
    const command = commandOf(...names);
    expect(command).toContain(' --from-ip 192.0.2.7 ');
    expect(command).not.toContain('--by');
  });
});
