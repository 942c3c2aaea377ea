/** `--subject`: whose rights are wanted. */
import { UserError } from '../../errors.ts';
import { hasGlob, matchesGlob } from '../../query/glob.ts';
import { type Subject, subjectText, userSubject } from './subject.ts';

export interface SubjectFilter {
  /** As typed. */
  readonly text: string;
  matches(subject: Subject): boolean;
  /** A user named in full, of whom the groups count too; null: none. */
  readonly user: Subject | null;
}

/** `alice`, `user:alice`, `group:dev`, `sa:ci/runner`, the full name of a service account; `*` and `?` in all of them. */
export function parseSubject(typed: string): SubjectFilter {
  const text = typed.trim();
  const [, kind = 'user', name = ''] = /^(?:(user|group|sa):)?(.*)$/s.exec(text) ?? [];
  if (name === '')
    throw new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(typed)} names no subject`, {
      hint: '--subject alice, --subject group:dev, --subject sa:ci/runner',
    });
  const subject =
    kind === 'sa' ? accountOf(name, typed) : kind === 'group' ? groupOf(name) : userSubject(name);
  const wanted = subjectText(subject);
  const isPattern = hasGlob(wanted);
  return {
    text,
    user: isPattern || kind === 'group' ? null : subject,
    matches: (one) => {
      if (one.kind !== subject.kind) return false;
      const its = subjectText(one);
      return isPattern ? matchesGlob(its, wanted) : its === wanted;
    },
  };
}

function groupOf(name: string): Subject {
  return { kind: 'Group', name, namespace: null };
}

function accountOf(name: string, typed: string): Subject {
  const [namespace = '', account = '', ...more] = name.split(/[/:]/);
  if (namespace !== '' && account !== '' && more.length === 0)
    return { kind: 'ServiceAccount', name: account, namespace };
  throw new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(typed)} names no service account`, {
    hint: '--subject sa:NAMESPACE/NAME',
  });
}
