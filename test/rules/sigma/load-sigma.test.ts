import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { matches } from '../../../src/query/matches.ts';
import type { LoadedRules, Rule } from '../../../src/rules/rule.ts';
import { loadSigma } from '../../../src/rules/sigma/load-sigma.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { fileOf, type Json, load, onlyRule, POD } from './judging.ts';

const TEAM = {
  file: 'team.yml',
  text: readFileSync(new URL('../../fixtures/sigma/team.yml', import.meta.url), 'utf8'),
};
const SECRET: Json = {
  verb: 'get',
  objectRef: { resource: 'secrets', namespace: 'shop', name: 'db' },
  responseStatus: { code: 200 },
  userAgent: 'curl/8',
};

function ruleIn({ rules }: LoadedRules, title: string): Rule {
  const rule = rules.find((one) => one.title === title);
  if (rule === undefined) throw new Error(`no rule ${title}`);
  return rule;
}

function isFound(rule: Rule, over: Json): boolean {
  return matches(decodeJson({ ...POD, ...over }), rule.condition);
}

describe("a team's file in Sigma's form", () => {
  it('gives the rules of the audit log', async () => {
    const { rules } = await loadSigma([TEAM]);
    expect(rules.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'sigma-secret-read-with-a-script high',
      'sigma-secret-refused low',
    ]);
    expect(rules[0]).toMatchObject({
      pack: 'sigma',
      title: 'Secret Read With A Script',
      tags: ['attack.credential-access', 'attack.t1552.007'],
      why: 'A secret was read by something that is no kubectl.',
      falsePositives: ['A new robot'],
      references: ['https://example.com/secrets', 'urn:uuid:0f1c2a3b-0000-4000-8000-000000000001'],
      level: 'Metadata',
      place: { file: 'team.yml', line: 2 },
    });
  });

  it('tells of what takes no part', async () => {
    const { notes } = await loadSigma([TEAM]);
    expect(notes.map(({ text, place }) => `${place.line}: ${text}`)).toEqual([
      '61: rule "Login On A Windows Host" is of product windows, service security, not of Kubernetes\' audit log',
      '70: rule "In No State To Be Used" is unsupported, as its author says',
      '2: rule "Secret Read With A Script" wants to show NoSuchField, which no audit event has',
    ]);
  });

  it.each<[string, Json, boolean]>([
    ['a script', SECRET, true],
    ['kubectl', { ...SECRET, userAgent: 'kubectl/v1.34.1' }, false],
    ['a robot', { ...SECRET, user: { username: 'system:serviceaccount:kube-system:x' } }, false],
    ['a node', { ...SECRET, user: { username: 'n', groups: ['system:nodes'] } }, false],
    ['another object', { ...SECRET, objectRef: { resource: 'configmaps' } }, false],
  ])('finds what it is to find: %s', async (_, over, expected) => {
    expect(isFound(ruleIn(await loadSigma([TEAM]), 'Secret Read With A Script'), over)).toBe(expected);
  });

  it('shows the fields that its author wants to see', async () => {
    const rule = ruleIn(await loadSigma([TEAM]), 'Secret Read With A Script');
    expect(rule.describe?.(decodeJson({ ...POD, ...SECRET }))).toBe('user.username=alice objectRef.name=db');
    expect(rule.fields).toEqual(expect.arrayContaining(['user.username', 'objectRef.name']));
  });
});

describe('Sigma files', () => {
  const RULE = fileOf('selection:\n  verb: get');

  it.each([
    ['informational', 'info'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['critical', 'critical'],
  ])('takes level %s for %s', async (level, severity) => {
    expect((await onlyRule(`${RULE}\nlevel: ${level}`)).severity).toBe(severity);
  });

  it('takes a rule without a level for a medium one', async () => {
    expect((await onlyRule(RULE)).severity).toBe('medium');
  });

  it.each([
    ['requestObject.spec.hostNetwork: true', 'Request'],
    ['privileged: true', 'Request'],
    ['responseObject.metadata.name: x', 'RequestResponse'],
    ['verb: get', 'Metadata'],
  ])('knows what the log must hold: %s', async (field, level) => {
    expect((await onlyRule(fileOf(`selection:\n  ${field}`))).level).toBe(level);
  });

  it('asks no more of the log for keywords than it holds', async () => {
    expect((await onlyRule(fileOf("selection: ['x']"))).level).toBe('Metadata');
  });

  it('tells of a rule that can hold of nothing', async () => {
    const { notes } = await load(fileOf("selection:\n  responseStatus.code: 'ALLOW'"));
    expect(notes.map(({ text }) => text)).toEqual([
      'rule "A rule" holds of no request: what it asks for cannot be',
    ]);
  });

  it.each([
    ['product: kubernetes', true],
    ['product: kubernetes\n  category: application', true],
    ['product: Kubernetes\n  service: AUDIT', true],
    ['product: kubernetes\n  service: kubelet', false],
    ['product: azure\n  service: activitylogs', false],
    ['category: application', false],
  ])('takes the log source %j: %s', async (source, isTaken) => {
    const text = RULE.replace('product: kubernetes\n  service: audit', source);
    const { rules, notes } = await load(text);
    expect([rules.length, notes.length]).toEqual(isTaken ? [1, 0] : [0, 1]);
  });

  it('gives common parts to the rules behind them, as in its first version', async () => {
    const { rules } = await load(
      [
        'action: global',
        'title: Common',
        'level: high',
        'logsource: {product: kubernetes, service: audit}',
        'detection: {condition: selection}',
        '---',
        'detection: {selection: {verb: get}}',
        '---',
        'title: Own',
        'level: low',
        'detection: {selection: {verb: list}}',
        '---',
        'action: repeat',
        'title: Again',
        '---',
        'action: reset',
        '---',
        RULE,
      ].join('\n'),
    );
    expect(rules.map(({ title, severity }) => `${title} ${severity}`)).toEqual([
      'Common high',
      'Own low',
      'Again low',
      'A rule medium',
    ]);
    expect(rules.map((rule) => isFound(rule, { verb: 'list' }))).toEqual([false, true, true, false]);
  });

  it('takes merged mappings', async () => {
    const text = fileOf('_base: &base\n  verb: get\nselection:\n  <<: *base\n  objectRef.resource: pods');
    expect(isFound(await onlyRule(text), { verb: 'get' })).toBe(true);
    expect(isFound(await onlyRule(text), { verb: 'list' })).toBe(false);
  });

  it.each([
    ['no title', RULE.replace('title: A rule\n', ''), /rules-1\.yml:1:1: title is missing/],
    ['no log source', RULE.replace(/logsource:[\s\S]*(?=detection)/, ''), /logsource is missing/],
    ['no detection', RULE.replace(/detection:[\s\S]*/, ''), /detection is missing/],
    ['no condition', RULE.replace(/ {2}condition.*/, ''), /rules-1\.yml:6:3: condition is missing/],
    ['a level that is none', `${RULE}\nlevel: severe`, /rules-1\.yml:\d+:8: level "severe"/],
    ['a status that is none', `${RULE}\nstatus: wip`, /status "wip"/],
    ['another taxonomy', `${RULE}\ntaxonomy: ecs`, /taxonomy ecs/],
    ['an empty search', fileOf('selection: {}'), /rules-1\.yml:6:14: a search that looks for nothing/],
    [
      'an older aggregation',
      fileOf('selection: {verb: get}\ntimeframe: 5m'),
      /correlation rules since Sigma 2/,
    ],
    ['an action that is none', `action: merge\n${RULE}`, /action: merge is not known/],
    ['a list', '- title: x', /a rule of Sigma is a mapping/],
    ['no YAML', 'title: "x', /rules-1\.yml:1:\d+: no YAML/],
    [
      'a name twice',
      `${RULE}\nname: n\n---\n${RULE}\nname: n`,
      /n is the id or name of "A rule" too \(rules-1\.yml:1\)/,
    ],
  ])('refuses %s, and says where', async (_, text, message) => {
    await expect(load(text)).rejects.toThrow(message);
  });

  it('lists all that is wrong, of all files, and loads none of it', async () => {
    const error = await load(
      `${fileOf('selection:\n  verbs: get')}\n---\n${fileOf('selection:\n  verb|near: get')}`,
      `${RULE}\n---\n${fileOf('selection:\n  verb: get\ncondition: nobody')}`,
    ).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'AUDIT_BAD_RULE' });
    expect((error as Error).message.split('\n').map((line) => line.split(': ')[0])).toEqual([
      'rules-1.yml:7:5',
      'rules-1.yml:17:5',
      'rules-2.yml:18:14',
    ]);
  });
});

describe('Sigma documents of other logs', () => {
  const other = (name: string, product = 'windows') =>
    `title: ${name}\nname: ${name}\ntaxonomy: own\nlevel: dire\nlogsource: {product: ${product}}\ndetection: {whatever: 1}\n---\n`;
  const mine = fileOf('selection:\n  verb: get');

  it('may hold anything', async () => {
    const correlation =
      'title: Logins\nname: logins\ncorrelation: {type: temporal_extended, rules: [a], condition: a or b}\n---\n';
    const chained = 'title: More\ncorrelation: {type: temporal, rules: [logins]}\n---\n';
    const filter =
      'title: Admins\nlogsource: {product: windows}\nfilter: {rules: any, selection: {User: x}, condition: nobody}\n---\n';
    const { rules, notes } = await load(other('a') + correlation + chained + filter + mine);
    expect(rules).toHaveLength(1);
    expect(notes.map(({ text }) => text)).toEqual([
      'rule "a" is of product windows, not of Kubernetes\' audit log',
      'rule "Admins" is of product windows, not of Kubernetes\' audit log',
      'rule "Logins" takes no part, as "a" takes none',
      'rule "More" takes no part, as "Logins" takes none',
    ]);
  });

  it('are counted when they are many', async () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      other(`r${index}`, index < 9 ? 'windows' : 'linux'),
    );
    const { notes } = await load(many.join('') + mine);
    expect(notes.map(({ text }) => text)).toEqual([
      "12 rules are not of Kubernetes' audit log (product windows: 9; product linux: 3)",
    ]);
  });
});

describe('Sigma filters', () => {
  const rule = (name: string) => `${fileOf('selection:\n  verb: create')}\nname: ${name}\n`;
  const filter = (rules: string, condition: string, source = 'product: kubernetes') =>
    [
      ...['title: Leave Alice out', 'logsource:', `  ${source}`, 'filter:', `  rules: ${rules}`],
      ...['  selection:', "    user.username: 'ali*'", `  condition: ${condition}`],
    ].join('\n');
  const seen = async (text: string): Promise<string[]> => {
    const loaded = await load(`${rule('one')}---\n${rule('two')}---\n${text}`);
    return loaded.rules.map((of) =>
      ['alice', 'bob'].filter((username) => isFound(of, { user: { username } })).join(),
    );
  };

  it.each([
    ['[one]', 'not selection', 'product: kubernetes', ['bob', 'alice,bob']],
    ['one', 'not selection', 'product: kubernetes', ['bob', 'alice,bob']],
    ['any', 'not selection', 'product: kubernetes', ['bob', 'bob']],
    ['[]', 'not 1 of sel*', 'product: kubernetes', ['bob', 'bob']],
    ['[one]', 'selection', 'product: kubernetes', ['bob', 'alice,bob']],
    ['any', 'not selection', 'product: kubernetes\n  service: audit', ['bob', 'bob']],
    ['any', 'not selection', 'product: kubernetes\n  category: x', ['alice,bob', 'alice,bob']],
    ['any', 'not selection', 'product: windows', ['alice,bob', 'alice,bob']],
  ])('of %s by %s for %j', async (rules, condition, source, expected) => {
    expect(await seen(filter(rules, condition, source))).toEqual(expected);
  });

  it('tells of one that is of none of the rules', async () => {
    const { notes } = await load(`${rule('one')}---\n${filter('[three]', 'not selection')}`);
    expect(notes.map(({ text }) => text)).toEqual([
      'filter "Leave Alice out" is of none of the rules in these files',
    ]);
  });

  it('refuses what is wrong in it', async () => {
    await expect(seen(filter('any', 'not nobody'))).rejects.toThrow(/there is no search identifier nobody/);
  });
});
