/** Headers that make a request somebody else's (client-go transport/round_trippers.go, impersonatingRoundTripper). */
import { UserError } from '../../errors.ts';
import type { Headers } from '../../wire/wire.ts';
import type { UserEntry } from '../kubeconfig/kubeconfig.ts';

/** Empty when nobody is impersonated. Throws UserError AUDIT_BAD_KUBECONFIG for names that no header can carry. */
export function impersonationHeaders(user: UserEntry): Headers {
  if (user.as === '') return {};
  const extra = [...user.asUserExtra].map(
    ([key, values]) => [`Impersonate-Extra-${escapeKey(key)}`, values.map(headerValue)] as const,
  );
  return {
    'Impersonate-User': headerValue(user.as),
    ...(user.asUid === '' ? {} : { 'Impersonate-Uid': headerValue(user.asUid) }),
    ...(user.asGroups.length === 0 ? {} : { 'Impersonate-Group': user.asGroups.map(headerValue) }),
    ...Object.fromEntries(extra),
  };
}

/** Node wants one character a byte; Go sends UTF-8. */
function headerValue(text: string): string {
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(text)) {
    throw new UserError('AUDIT_BAD_KUBECONFIG', 'the name to impersonate holds a control character', {
      hint: '--as alice',
    });
  }
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** What a header's name may not hold (RFC 9110 §5.6.2), and the percent sign, percent-encoded: `headerKeyEscape`. */
function escapeKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
