/** What `--user-agent` means: a part of it, whatever the case; with globs, the whole of it, whatever the case. */
import { UserError } from '../errors.ts';
import { hasGlob } from './glob.ts';
import { glob, type Predicate } from './predicate.ts';

export function parseUserAgent(text: string): Predicate {
  if (text.trim() === '') {
    throw new UserError('AUDIT_BAD_FILTER', `${JSON.stringify(text)} is in every user agent`, {
      hint: "a part of the user agent, or a pattern: --user-agent helm, --user-agent 'kubectl/v1.3*'",
    });
  }
  return glob('userAgent', hasGlob(text) ? text : `*${text}*`, true);
}
