/**
 * What failed-auth's signs mean. A sign is a reason to look, never a verdict: each says what else it may be. When one is
 * given is failed-auth-signs.ts's.
 */
export const SIGNS = {
  guessing:
    'logins failed again and again from one address, or many identities were refused from where logins fail; also a program with an expired token, or an address that many share',
  scanning:
    'one identity was refused many different things in a short time; also a dashboard, or a controller without its rights',
  'token-of-deleted-account':
    'the same client, address and request as a service account that had been deleted: its token is still in use somewhere',
  'escalation-attempt':
    'was to grant rights that its maker does not hold; also an installer that lacks `escalate` or `bind`',
  'impersonation-attempt':
    'was to act as another; also a proxy or a dashboard without its `impersonate` right',
} as const;

export type Sign = keyof typeof SIGNS;
