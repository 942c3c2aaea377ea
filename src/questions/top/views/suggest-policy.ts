/**
 * The rules of an audit policy that would stop what fills the log, as narrow as noise's rows, as data. Never applied. Which
 * rows they may be for is policy-for.ts's.
 */
import { REDACTED } from '../../../event/secret-names.ts';
import { percent, type TopRow } from '../top-row.ts';
import { policyFor } from './policy-for.ts';

/** A rule of audit.k8s.io/v1 (apiserver, pkg/apis/audit/v1: PolicyRule). */
export interface PolicyRule {
  readonly level: 'None' | 'Metadata';
  readonly users: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly { readonly group: string; readonly resources: readonly string[] }[];
  readonly namespaces?: readonly string[];
}

export interface SuggestedPolicy {
  readonly rules: readonly PolicyRule[];
  /** What each stops, and what would no longer be known; a line each. */
  readonly comments: readonly string[];
}

/** Less would make a policy long, and a log no shorter. */
const WORTH = 0.01;

/** `rows`: noise's, all of them, the largest first. `namespace`: the only one that was counted; null: all. */
export function suggestPolicy(rows: readonly TopRow[], namespace: string | null): SuggestedPolicy {
  const impersonators = new Set(rows.flatMap(({ group }) => (group.as === null ? [] : [group.user])));
  const rules: PolicyRule[] = [];
  const comments: string[] = [];
  for (const row of rows) {
    const { group, count, share } = row;
    const { level, why } = policyFor(group);
    if (level === null || share < WORTH || Object.values(group).some(isMasked)) continue;
    // A rule cannot tell what somebody does in another's name from what they do in their own.
    if (level === 'None' && impersonators.has(group.user)) continue;
    rules.push(ruleFor(row, level, namespace));
    comments.push(
      `rule ${rules.length}, ${level}: ${count} ${count === 1 ? 'request' : 'requests'}, ${percent(share)} of those counted. No longer known: ${why}.`,
    );
  }
  return { rules, comments };
}

function isMasked(value: unknown): boolean {
  return String(value).includes(REDACTED);
}

function ruleFor({ group }: TopRow, level: PolicyRule['level'], namespace: string | null): PolicyRule {
  const { user, verb, resource, subresource } = group;
  return {
    level,
    users: [String(user)],
    verbs: [String(verb)],
    resources: [
      {
        group: String(group.group),
        // Without a subresource, a rule is for the resource itself only.
        resources: [subresource === null ? String(resource) : `${resource}/${subresource}`],
      },
    ],
    ...(namespace === null ? {} : { namespaces: [namespace] }),
  };
}
