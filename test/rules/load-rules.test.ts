/** Files of all forms together. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../../src/rules/load-rules.ts';

const fixture = (path: string) => ({
  file: path,
  text: readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8'),
});
const OWN = {
  file: 'own.yaml',
  text: 'apiVersion: kubectl-audit/v1\nkind: Rules\nrules:\n  - id: mine\n    title: Mine\n    severity: low\n    level: Metadata\n    why: because\n    when: { verb: delete, resource: secrets }\n',
};

describe('loadRules', () => {
  it('tells the forms of files apart, and loads those of one form together', async () => {
    const files = [fixture('falco/base.yaml'), OWN, fixture('sigma/team.yml'), fixture('falco/local.yaml')];
    const { rules, notes } = await loadRules(files);
    expect(rules.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'falco-configmap-touched high',
      'falco-shell-opened low',
      'falco-role-widened critical',
      'mine low',
      'sigma-secret-read-with-a-script high',
      'sigma-secret-refused low',
    ]);
    expect(new Set(notes.map(({ place }) => place.file))).toEqual(
      new Set(['falco/base.yaml', 'sigma/team.yml']),
    );
  });

  it.each([
    [
      '- required_engine_version: 0.40.0\n- rule: "x"\n  enabled: false',
      /rule x is switched, and is not defined/,
    ],
    ['"title": t\n"detection": {}', /logsource is missing/],
    ['title: t\ncorrelation: {}', /type is one of/],
    ['- something: else', /there are no rules in it/],
  ])('takes %j for what it is', async (text, message) => {
    await expect(loadRules([{ file: 'x.yaml', text }])).rejects.toThrow(message);
  });
});
