/** Rule files → rules, whosever form they are in; told apart by what stands in them. Reading files is the commands'. */
import { UserError } from '../errors.ts';
import type { LoadedRules, Pack, Rule, RuleNote, RuleText } from './rule.ts';

interface RuleForm {
  readonly pack: Pack;
  /** A line that only such files have, at its beginning. */
  readonly sign: RegExp;
  /** All files of the form that are loaded together: one may build on another. Throws UserError AUDIT_BAD_RULE, with line and column. */
  load(files: readonly RuleText[]): Promise<LoadedRules>;
}

const FORMS: readonly RuleForm[] = [
  {
    pack: 'own',
    sign: /^apiVersion:\s*["']?kubectl-audit\//m,
    async load(files) {
      const { loadOwn } = await import('./own/load-own.ts');
      const rules = await Promise.all(files.map(({ text, file }) => loadOwn(text, file)));
      return { rules: rules.flat(), notes: [] };
    },
  },
  {
    pack: 'falco',
    sign: /^-\s+["']?(?:rule|macro|list|required_engine_version|required_plugin_versions)["']?\s*:/m,
    load: async (files) => (await import('./falco/load-falco.ts')).loadFalco(files),
  },
  {
    pack: 'sigma',
    sign: /^["']?(?:detection|correlation|filter)["']?\s*:/m,
    load: async (files) => (await import('./sigma/load-sigma.ts')).loadSigma(files),
  },
];

/** Behind those that are loaded already, in the order of the files, form by form. Throws UserError AUDIT_BAD_RULE. */
export async function loadRules(
  files: readonly RuleText[],
  before: readonly Rule[] = [],
): Promise<LoadedRules> {
  const byForm = new Map<RuleForm, RuleText[]>();
  for (const file of files) {
    const form = FORMS.find(({ sign }) => sign.test(file.text));
    if (form === undefined) throw unknownForm(file);
    byForm.set(form, [...(byForm.get(form) ?? []), file]);
  }
  const rules: Rule[] = [...before];
  const notes: RuleNote[] = [];
  for (const [form, of] of byForm) {
    const loaded = await form.load(of);
    rules.push(...loaded.rules);
    notes.push(...loaded.notes);
  }
  const known = new Map<string, Rule>();
  for (const rule of rules) {
    const other = known.get(rule.id);
    if (other !== undefined) throw calledAlike(rule, other);
    known.set(rule.id, rule);
  }
  return { rules, notes };
}

function unknownForm({ file }: RuleText): UserError {
  return new UserError('AUDIT_BAD_RULE', `${file}:1:1: there are no rules in it`, {
    hint: 'apiVersion: kubectl-audit/v1, kind: Rules; or rules of Falco or Sigma',
  });
}

function calledAlike({ id, place }: Rule, other: Rule): UserError {
  const at = `${place.file}:${place.line}:1`;
  return new UserError('AUDIT_BAD_RULE', `${at}: another rule is called ${JSON.stringify(id)}`, {
    hint: `the other one is in ${other.place.file}:${other.place.line}`,
  });
}
