/** Names that say that what they name is a secret: keys of bodies, environment variables, query parameters. */

export const REDACTED = '<redacted>';

/** `password`, `DB_PASSWORD`, `apiKey`, `client-secret`, `.dockerconfigjson`; not `secretName`, `tokenExpirationSeconds`. */
export function namesSecret(name: string): boolean {
  const word = name
    .slice(-MAX_NAME)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
  if (REFERENCES.has(word)) return false;
  return word === 'auth' || SECRET_END.test(word) || (PASSWORD.test(word) && !ABOUT.test(word));
}

const MAX_NAME = 100;
const SECRET_END =
  /(?:passwords?|passwd|passphrase|passcode|pwd|secret|tokens?|(?:api|access|secret|private|account|signing|encryption|master|session)keys?|accesskeyid|credentials?|connectionstring|cookie|authorization|htpasswd|dockerconfigjson|dockercfg|kubeconfig|privatepem)\d{0,3}$/;
const PASSWORD = /passw(?:or)?d/;
const ABOUT =
  /(?:file|path|name|refs?|policy|length|url|seconds|expir[a-z]*|changed|required|enabled|type|key)$/;

/** End like a secret, and only point to one, or tell of one. */
const REFERENCES: ReadonlySet<string> = new Set([
  'existingsecret',
  'imagepullsecret',
  'pullsecret',
  'tlssecret',
  'nextpagetoken',
  'continuetoken',
  // The API server's own annotations: the name of the token's Secret, and how stale it is.
  'authenticationk8siolegacytoken',
  'authenticationk8siostaletoken',
]);

/** Of a URL's query: also a signed URL's, and a command that is run through exec (kubelet: `cmd`). */
export function namesSecretParameter(name: string): boolean {
  const word = name.toLowerCase();
  return PARAMETERS.has(word) || /^x-(?:amz|goog)-/.test(word) || namesSecret(word);
}

const PARAMETERS: ReadonlySet<string> = new Set([
  'command',
  'cmd',
  'key',
  'sig',
  'signature',
  'code',
  'assertion',
  'jwt',
]);
