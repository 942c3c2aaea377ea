import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { matches } from '../../../src/query/matches.ts';
import { loadFalco } from '../../../src/rules/falco/load-falco.ts';
import type { LoadedRules, Rule } from '../../../src/rules/rule.ts';
import { decodeJson } from '../../support/decode-json.ts';
import { fileOf, type Json, load, onlyRule, POD } from './judging.ts';

const fixture = (file: string) => ({
  file,
  text: readFileSync(new URL(`../../fixtures/falco/${file}`, import.meta.url), 'utf8'),
});

function ruleIn({ rules }: LoadedRules, title: string): Rule {
  const rule = rules.find((one) => one.title === title);
  if (rule === undefined) throw new Error(`no rule ${title}`);
  return rule;
}

function finds(loaded: LoadedRules, title: string, over: Json): boolean {
  return matches(decodeJson({ ...POD, ...over }), ruleIn(loaded, title).condition);
}

const CONFIG_MAP: Json = {
  verb: 'update',
  objectRef: { resource: 'configmaps', namespace: 'shop', name: 'web' },
  responseStatus: { code: 200 },
};
const EXEC: Json = {
  verb: 'create',
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
  requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=sh&command=-c',
};
const by = (username: string, over: Json = {}): Json => ({ ...over, user: { username } });

describe("a team's files in Falco's form", () => {
  let base: LoadedRules;
  let both: LoadedRules;

  beforeAll(async () => {
    base = await loadFalco([fixture('base.yaml')]);
    both = await loadFalco([fixture('base.yaml'), fixture('local.yaml')]);
  });

  it('gives the rules of k8s_audit that are switched on', () => {
    expect(base.rules.map(({ id, title, severity, pack }) => ({ id, title, severity, pack }))).toEqual([
      { id: 'falco-configmap-touched', title: 'ConfigMap Touched', severity: 'medium', pack: 'falco' },
      { id: 'falco-shell-opened', title: 'Shell Opened', severity: 'low', pack: 'falco' },
    ]);
    expect(ruleIn(base, 'ConfigMap Touched')).toMatchObject({
      tags: ['k8s', 'attack.t1552', 'attack.ta0006', 'attack.credential-access'],
      why: 'Somebody outside of the trusted touched a configuration.',
      level: 'Metadata',
      place: { file: 'base.yaml', line: 42 },
    });
  });

  it('tells of those that take no part', () => {
    expect(base.notes.map(({ text, place }) => `${place.line}: ${text}`)).toEqual([
      '75: rule "Role Widened" is switched off in its file',
      '83: rule "From The Future" is passed over: there is no field ka.future.field for source k8s_audit',
      '91: rule "A Process" is of source syscall, not of k8s_audit',
    ]);
  });

  it.each<[string, Json, boolean]>([
    ['somebody', by('mallory', CONFIG_MAP), true],
    ['a name of a list in a list', by('deploy-bot', CONFIG_MAP), false],
    ['a quoted item', by('backup robot', CONFIG_MAP), false],
    ['an item with a blank', by('two words', CONFIG_MAP), false],
    ['an item that is two', by('y', CONFIG_MAP), false],
    ['the name of the list itself', by('robots', CONFIG_MAP), true],
    ['a refused request', by('mallory', { ...CONFIG_MAP, responseStatus: { code: 403 } }), false],
    ['a deletion', by('mallory', { ...CONFIG_MAP, verb: 'delete' }), false],
  ])('puts lists and macros in: %s', (_, over, expected) => {
    expect(finds(base, 'ConfigMap Touched', over)).toBe(expected);
  });

  it.each<[string, Json, boolean]>([
    ['anybody', by('mallory', EXEC), true],
    [
      'all of a tuple',
      by('debugger', { ...EXEC, objectRef: { resource: 'pods', subresource: 'exec', namespace: 'dev' } }),
      false,
    ],
    ['a part of a tuple', by('debugger', EXEC), true],
    [
      'a single field',
      by('mallory', { ...EXEC, objectRef: { resource: 'pods', subresource: 'exec', name: 'toolbox' } }),
      false,
    ],
    [
      'a value with a blank',
      by('mallory', { ...EXEC, objectRef: { resource: 'pods', subresource: 'exec', name: 'two words' } }),
      false,
    ],
    ['an exception without values', by('sre-1', EXEC), true],
  ])('leaves exceptions out: %s', (_, over, expected) => {
    expect(finds(base, 'Shell Opened', over)).toBe(expected);
  });

  it.each<[string, Json, boolean]>([
    ['an item appended to a list', by('local-bot', CONFIG_MAP), false],
    ['a condition appended to a macro', by('mallory', { ...CONFIG_MAP, verb: 'delete' }), true],
    ['a macro replaced', by('carol', CONFIG_MAP), false],
    [
      'a condition appended to a rule',
      by('mallory', { ...CONFIG_MAP, objectRef: { resource: 'configmaps', namespace: 'scratch' } }),
      false,
    ],
    ['what is as before', by('mallory', CONFIG_MAP), true],
  ])('overrides by a later file: %s', (_, over, expected) => {
    expect(finds(both, 'ConfigMap Touched', over)).toBe(expected);
  });

  it('overrides key by key', () => {
    const rule = ruleIn(both, 'ConfigMap Touched');
    expect(rule).toMatchObject({
      severity: 'high',
      why: 'Somebody outside of the trusted touched a configuration. Locally.',
    });
    expect(rule.tags).toContain('local');
    expect(rule.describe?.(decodeJson({ ...POD, ...CONFIG_MAP }))).toBe(
      'configmap touched (user=alice configmap=web ns=shop) (agent=kubectl/v1.34.1)',
    );
    expect(ruleIn(both, 'Role Widened')).toMatchObject({ severity: 'critical', level: 'Request' });
  });

  it('adds values to exceptions', () => {
    expect(finds(both, 'Shell Opened', by('sre-1', EXEC))).toBe(false);
    const bench = { resource: 'pods', subresource: 'exec', name: 'bench' };
    expect(finds(both, 'Shell Opened', by('mallory', { ...EXEC, objectRef: bench }))).toBe(false);
    expect(finds(both, 'Shell Opened', by('mallory', EXEC))).toBe(true);
  });

  it('fills in outputs', () => {
    const rule = ruleIn(base, 'Shell Opened');
    expect(rule.describe?.(decodeJson({ ...POD, ...EXEC }))).toBe('shell (user=alice command=sh)');
    expect(rule.fields).toEqual(expect.arrayContaining(['user.username', 'requestURI']));
  });
});

describe('Falco files', () => {
  const RULE = fileOf('ka.verb = get');

  it('redefines a rule by its name', async () => {
    const rule = await onlyRule(`${RULE}\n${fileOf('ka.verb = list').replace('WARNING', 'EMERGENCY')}`);
    expect(rule.severity).toBe('critical');
    expect(matches(decodeJson({ ...POD, verb: 'list' }), rule.condition)).toBe(true);
  });

  it.each(['enabled: false', 'enabled: no'])('switches a rule off that came before: %s', async (line) => {
    const { rules, notes } = await load(RULE, `- rule: r\n  ${line}`);
    expect(rules).toEqual([]);
    expect(notes).toHaveLength(1);
  });

  it('appends by the old key', async () => {
    const rule = await onlyRule(RULE, '- rule: r\n  append: true\n  condition: and ka.user.name = bob');
    expect(matches(decodeJson({ ...POD, verb: 'get' }), rule.condition)).toBe(false);
    expect(matches(decodeJson({ ...POD, verb: 'get', user: { username: 'bob' } }), rule.condition)).toBe(
      true,
    );
  });

  it('replaces exceptions', async () => {
    const exceptions = (more: string) =>
      `  exceptions:\n    - name: n\n      fields: [ka.user.name]\n${more}`;
    const before = fileOf('ka.verb = get', 'x', exceptions('      values: [[bob]]'));
    const after = `- rule: r\n${exceptions('      values: [[carol]]')}\n  override:\n    exceptions: replace`;
    const rule = await onlyRule(before, after);
    const seen = ['bob', 'carol'].map((username) =>
      matches(decodeJson({ ...POD, verb: 'get', user: { username } }), rule.condition),
    );
    expect(seen).toEqual([true, false]);
  });

  it.each([
    ['[ka.user.groups]', '[intersects]', '[[[ops, dev]]]', false],
    ['[ka.user.groups]', '[intersects]', '[[ops]]', false],
    ['[ka.user.groups]', '[intersects]', '[["(ops, dev)"]]', false],
    ['[ka.user.groups]', '[intersects]', '[[dev]]', true],
    ['[ka.uri]', '[pmatch]', '[[[/api/v1]]]', false],
    ['ka.uri', 'pmatch', '[/apis, /api]', false],
    ['ka.verb', 'startswith oneof', '[cr, d]', false],
    ['[ka.verb]', '[contains anyof]', '[[[eat, x]]]', false],
    ['[ka.verb]', '[==]', '[[create]]', false],
    ['[tolower(ka.verb)]', '[=]', '[[create]]', false],
    ['[ka.response.code]', '["!="]', '[[200]]', false],
  ])('takes exceptions of %s by %s with %s', async (fields, comps, values, expected) => {
    const more = `  exceptions:\n    - name: n\n      fields: ${fields}\n      comps: ${comps}\n      values: ${values}`;
    const rule = await onlyRule(fileOf('ka.verb exists', 'x', more));
    expect(matches(decodeJson(POD), rule.condition)).toBe(expected);
  });

  it('gives different ids to rules whose names look alike', async () => {
    const { rules } = await load(RULE.replace('rule: r', 'rule: R r'), RULE.replace('rule: r', 'rule: R/r'));
    expect(rules.map(({ id }) => id)).toEqual(['falco-r-r', 'falco-r-r-2']);
  });

  it('says what says nothing', async () => {
    const { rules, notes } = await load(`${RULE}\n  author: me\n- something: else\n-`);
    expect(rules).toHaveLength(1);
    expect(notes.map(({ text }) => text)).toEqual([
      'rule r: "author" is no key of Falco\'s and says nothing',
      'an item that is no rule, macro or list was passed over, as Falco does',
    ]);
  });

  it('takes several documents in one file', async () => {
    expect((await load(`${RULE}\n---\n${RULE.replace('rule: r', 'rule: s')}`)).rules).toHaveLength(2);
  });

  it('does not mind what only rules of other logs use', async () => {
    const { rules } = await load(
      `- macro: m\n  condition: evt.type = execve and nothing_known\n- rule: s\n  desc: d\n  condition: m\n  output: "%x.y"\n  priority: INFO\n${RULE}`,
    );
    expect(rules).toHaveLength(1);
  });

  it.each([
    ['no list', 'rule: x', /rules-1\.yaml:1:1: a file of Falco is a list/],
    ['no YAML', '- rule: "x', /rules-1\.yaml:\d+:\d+: no YAML/],
    ['a key twice', '- rule: x\n  rule: y', /rules-1\.yaml:2:3: no YAML/],
    ['an item that is a text', '- x', /rules-1\.yaml:1:3: an item must be a mapping/],
    ['no priority', RULE.replace(/.*priority.*\n/, ''), /rules-1\.yaml:1:3: priority is missing/],
    ['a priority that is none', RULE.replace('WARNING', 'HIGH'), /rules-1\.yaml:5:13: priority "HIGH"/],
    ['no output', RULE.replace(/.*output.*\n/, ''), /output is missing/],
    [
      'an empty condition',
      RULE.replace(/condition: .*/, 'condition:'),
      /rules-1\.yaml:3:3: condition is empty/,
    ],
    [
      'a wrong condition',
      RULE.replace(/condition: .*/, 'condition: ka.verb ~ x'),
      /rules-1\.yaml:3:22: condition: "~ x" stands where an operator/,
    ],
    [
      'a wrong condition over lines',
      RULE.replace(/condition: .*/, 'condition: >\n    ka.verb = get\n    and ka.verb ~ x'),
      /rules-1\.yaml:5:17: condition/,
    ],
    [
      'a wrong macro',
      `- macro: m\n  condition: ka.nothing = x\n${fileOf('ka.verb = get and m')}`,
      /rules-1\.yaml:2:14: condition: there is no field ka\.nothing/,
    ],
    [
      'a macro that cannot be read',
      `- macro: m\n  condition: ka.verb (\n${fileOf('m')}`,
      /rules-1\.yaml:2:22: condition: "\(" stands/,
    ],
    [
      'a macro in itself',
      `- macro: a\n  condition: b\n- macro: b\n  condition: a\n${fileOf('a')}`,
      /made of itself: a → b → a/,
    ],
    [
      'an output with no such field',
      fileOf('ka.verb exists', 'user=%ka.nobody'),
      /rules-1\.yaml:4:18: output: there is no field ka\.nobody/,
    ],
    [
      'an append to nothing',
      '- rule: r\n  append: true\n  condition: and x',
      /rule r is appended to, and is not defined before/,
    ],
    ['an append to no list', '- list: l\n  append: true\n  items: [a]', /list l is appended to/],
    ['an append to no macro', '- macro: m\n  append: true\n  condition: or x', /macro m is appended to/],
    [
      'an override of nothing',
      '- rule: r\n  enabled: true\n  override: {enabled: replace}',
      /rule r is overridden, and is not defined before/,
    ],
    [
      'an override of what cannot be',
      `${RULE}\n- rule: r\n  priority: INFO\n  override: {priority: append}`,
      /priority cannot be overridden by append/,
    ],
    [
      'an override that is none',
      `${RULE}\n- rule: r\n  priority: INFO\n  override: {priority: merge}`,
      /append or replace/,
    ],
    [
      'an override without its key',
      `${RULE}\n- rule: r\n  override: {priority: replace}`,
      /priority is to be overridden, and is not there/,
    ],
    [
      'a key beside the override',
      `${RULE}\n- rule: r\n  desc: x\n  priority: INFO\n  override: {priority: replace}`,
      /desc is there, and override does not say how/,
    ],
    [
      'append and override',
      `${RULE}\n- rule: r\n  append: true\n  condition: and x\n  override: {condition: append}`,
      /append and override at once/,
    ],
    [
      'another source',
      `${RULE}\n${RULE.replace('k8s_audit', 'syscall')}`,
      /is of source k8s_audit and becomes one of syscall/,
    ],
    ['an unknown switch', '- rule: r\n  enabled: true', /rule r is switched, and is not defined before/],
    [
      'a flag that is none',
      RULE.replace('source:', 'enabled: maybe\n  source:'),
      /enabled must be true or false/,
    ],
    [
      'an exception without fields',
      fileOf('ka.verb exists', 'x', '  exceptions:\n    - name: n\n      values: [[a]]'),
      /exception n: fields are missing/,
    ],
    [
      'an exception with too few values',
      fileOf(
        'ka.verb exists',
        'x',
        '  exceptions:\n    - name: n\n      fields: [ka.verb, ka.uri]\n      values: [[a]]',
      ),
      /rules-1\.yaml:8:7: condition: exception n: 1 values for 2 fields/,
    ],
    [
      'an exception with too few comps',
      fileOf(
        'ka.verb exists',
        'x',
        '  exceptions:\n    - name: n\n      fields: [ka.verb, ka.uri]\n      comps: [=]',
      ),
      /as many comps as fields/,
    ],
    [
      'an exception of no field',
      fileOf(
        'ka.verb exists',
        'x',
        '  exceptions:\n    - name: n\n      fields: [ka.nothing]\n      values: [[a]]',
      ),
      /rules-1\.yaml:9:16: condition: there is no field ka\.nothing/,
    ],
    [
      'an exception by no operator',
      fileOf(
        'ka.verb exists',
        'x',
        '  exceptions:\n    - name: n\n      fields: [ka.verb]\n      comps: [like]\n      values: [[a]]',
      ),
      /rules-1\.yaml:10:15: condition: exception n: "like" is no operator/,
    ],
    [
      'a key that exceptions do not have',
      fileOf('ka.verb exists', 'x', '  exceptions:\n    - name: n\n      field: [ka.verb]'),
      /an exception has no "field"/,
    ],
    [
      'a list for one value',
      `- list: l\n  items: [a, b]\n${fileOf('ka.verb = l')}`,
      /= takes one value, and this list has 2/,
    ],
  ])('refuses %s, and says where', async (_, text, message) => {
    await expect(load(text)).rejects.toThrow(message);
  });

  it('lists all that is wrong, of all files, and loads none of it', async () => {
    const error = await load(
      fileOf('ka.nothing exists'),
      `${fileOf('ka.nobody exists').replace('rule: r', 'rule: s')}\n- list: l`,
    ).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'AUDIT_BAD_RULE' });
    expect((error as Error).message.split('\n')).toEqual([
      'rules-2.yaml:8:3: list l: items are missing',
      'rules-1.yaml:3:15: condition: there is no field ka.nothing for source k8s_audit',
      'rules-2.yaml:3:15: condition: there is no field ka.nobody for source k8s_audit',
    ]);
  });
});
