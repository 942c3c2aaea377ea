/** Names that tell what they name: secrets, environments, and what only points to a secret. Keys of bodies, variables, parameters. */

export const REDACTED = '<redacted>';

/** `password`, `DB_PASSWORD`, `dbPass`, `apiKey`, `client-secret`, `tls.key`; not `secretName`, `tokenExpirationSeconds`. */
export function namesSecret(name: string): boolean {
  const end = name.slice(-MAX_NAME);
  const word = end.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (REFERENCES.has(word)) return false;
  return (
    isLogin(name) ||
    SECRET_END.test(word) ||
    (PASSWORD.test(word) && !ABOUT.test(word)) ||
    AS_WRITTEN.test(end)
  );
}

/** A login's text (Docker: `"auth": "bWU6cGFzcw=="`); as an object it is settings, in which names tell for themselves. */
export function isLogin(name: string): boolean {
  return name.toLowerCase() === 'auth';
}

const MAX_NAME = 100;
const SECRET_END =
  /(?:passwords?|passwd|passphrase|passcode|pwd|secret|secretid|tokens?|(?:api|access|secret|private|preshared|shared|account|storage|subscription|signing|encryption|master|session|hmac|license|application|app|auth|service|ssh)keys?|psk|keydata|accesskeyid|privatekeyid|credentials?|connectionstring|cookie|authorization|htpasswd|pgpass|netrc|dockerconfigjson|dockercfg|kubeconfig|privatepem|jwt|bearer|requirepass)\d{0,3}$/;
const PASSWORD = /passw(?:or)?d/;
const ABOUT =
  /(?:file|path|name|refs?|policy|length|url|seconds|expir[a-z]*|changed|required|enabled|type|key)$/;
/** Where other words end so too: `dbPass`, not `bypass`; `tls.key`, not `--tls-key`, a file; `id_rsa`, not `id_rsa.pub`. */
const AS_WRITTEN =
  /(?:^|[^A-Za-z]|[a-z0-9](?=P))[Pp]ass$|(?:^|_)PASS$|\w\.key$|(?:tls|client|server|ca)Key$|^id_(?:rsa|dsa|ecdsa|ed25519)$/;

/** End like a secret, and only point to one, or tell of one. */
const REFERENCES: ReadonlySet<string> = new Set([
  'existingsecret',
  'imagepullsecret',
  'imagepullsecrets',
  'pullsecret',
  'tlssecret',
  'nextpagetoken',
  'continuetoken',
  // The API server's own annotations: the name of the token's Secret, and how stale it is.
  'authenticationk8siolegacytoken',
  'authenticationk8siostaletoken',
]);

/** `env`, `extraEnvVars`, `environment`, also as the key of a patched list; `secrets`, by their names. */
export function namesVariables(name: string): boolean {
  return (
    name === 'secrets' ||
    /(?:^|[^A-Za-z]|[a-z](?=E))env(?:s|[._-]?vars?|[._-]?map|ironment(?:s|[._-]?var(?:iable)?s?)?)?$/i.test(
      name.slice(-MAX_NAME),
    )
  );
}

/** Beside a secret or a variable, and none: `name`, `secretKeyRef.key`, the items and the mode of a mounted Secret. */
export function pointsElsewhere(key: string): boolean {
  return POINTERS.has(key) || key.startsWith('$') || /Refs?$/.test(key);
}

const POINTERS: ReadonlySet<string> = new Set([
  'apiGroup',
  'apiVersion',
  'kind',
  'name',
  'namespace',
  'uid',
  'user',
  'username',
  'key',
  'path',
  'items',
  'mode',
  'defaultMode',
  'optional',
  'secretName',
  'valueFrom',
  'audience',
  'audiences',
  'expirationSeconds',
  'algorithm',
  'encoding',
  'rotationPolicy',
  'size',
  'type',
  'policy',
  'binding',
  'expressionIndex',
  'validationActions',
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
  'pw',
]);
