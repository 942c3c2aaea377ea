/** What detect and watch have in common: which rules, how grave, and where they look. */
import { UserError } from '../errors.ts';
import { EVERYTHING, equals, type Predicate } from '../query/predicate.ts';
import type { LoadedRules } from '../rules/rule.ts';
import { SEVERITIES, type Severity } from '../rules/rule.ts';
import { type FlagName, type FlagValues, textFlag } from './flags.ts';

/** Throws AUDIT_USAGE. */
export function refuseObject(question: 'detect' | 'watch', [word]: readonly string[]): void {
  if (word === undefined) return;
  throw new UserError('AUDIT_USAGE', `${question} takes no object: ${JSON.stringify(word)}`, {
    hint: 'which rules: --rules ID; whose requests: --by alice; in one namespace: -n prod',
  });
}

/** The context's namespace is no place to look for trouble in alone: only the one that was typed. */
export function scopeOf(flags: FlagValues): Predicate {
  const namespace = textFlag(flags, 'namespace') || null;
  return namespace === null ? EVERYTHING : equals('objectRef.namespace', namespace);
}

export function severityOf(flags: FlagValues, name: FlagName): Severity | null {
  const typed = textFlag(flags, name);
  if (typed === null) return null;
  const found = SEVERITIES.find((severity) => severity === typed.toLowerCase());
  if (found !== undefined) return found;
  throw new UserError('AUDIT_USAGE', `--${name} ${JSON.stringify(typed)} is no severity`, {
    hint: `one of ${SEVERITIES.join(', ')}; all above it are meant too`,
  });
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

export function severe(loaded: LoadedRules, least: Severity | null): LoadedRules {
  if (least === null) return loaded;
  const rules = loaded.rules.filter(({ severity }) => isAtLeast(severity, least));
  if (rules.length > 0) return { ...loaded, rules };
  throw new UserError('AUDIT_USAGE', `no rule is as severe as --severity ${least}`, {
    hint: 'leave it out, or name another',
  });
}
