/**
 * Secrets that show by their shape, or by a name beside them, wherever they stand in a text. Every pattern is linear:
 * clients choose the text. What is secret by its place in an object is redact-body.ts's.
 */
import { namesSecret, namesSecretParameter, REDACTED } from './secret-names.ts';

/** Idempotent. What tells who and what (names, user agents, reasons) stays. */
export function maskSecrets(text: string): string {
  return text.length < SHORTEST ? text : settled(text, maskOnce);
}

/** A mask can bring two words together that are bait for another pattern: again, until nothing changes. */
export function settled(text: string, mask: (text: string) => string): string {
  let before = text;
  let after = mask(before);
  for (let round = 1; after !== before && round < MAX_ROUNDS; round++) {
    before = after;
    after = mask(before);
  }
  return after;
}

const MAX_ROUNDS = 6;

function maskOnce(text: string): string {
  let masked = maskJwts(maskPem(text));
  masked = masked.replace(KNOWN_PREFIXES, REDACTED);
  masked = masked.replace(AUTH_SCHEME, maskScheme);
  if (masked.includes('://'))
    masked = masked.replace(URL_PASSWORD, `$1:${REDACTED}@`).replace(URL_TOKEN, maskUrlToken);
  if (masked.includes('='))
    masked = masked.replace(PARAMETER, maskParameter).replace(LITERAL, `$1${REDACTED}`);
  masked = masked.replace(ENV_STRUCT, `$1"${REDACTED}"`).replace(ENV_JSON, `$1"${REDACTED}"`);
  return /[:=]/.test(masked) ? masked.replace(NAMED_VALUE, maskNamed) : masked;
}

/** `sk_live_1` is 9 long, `pwd=x` 5. */
const SHORTEST = 5;

/** Blocks of any kind, cut ones to the end. */
function maskPem(text: string): string {
  let start = text.indexOf(PEM_BEGIN);
  if (start < 0) return text;
  let masked = '';
  let from = 0;
  while (start >= 0) {
    masked += text.slice(from, start) + REDACTED;
    const end = text.indexOf(PEM_END, start);
    if (end < 0) return masked;
    const close = text.indexOf('-----', end + PEM_END.length);
    from = close < 0 ? text.length : close + 5;
    start = text.indexOf(PEM_BEGIN, from);
  }
  return masked + text.slice(from);
}

const PEM_BEGIN = '-----BEGIN ';
const PEM_END = '-----END ';

/** Signed and encrypted tokens, detached ones too; and Docker's `{"auths":` in base64. Each run of letters is looked at once. */
function maskJwts(text: string): string {
  let start = text.indexOf('eyJ');
  if (start < 0) return text;
  let masked = '';
  let from = 0;
  while (start >= 0) {
    JWT_RUN.lastIndex = start;
    const run = JWT_RUN.exec(text)?.[0] ?? '';
    if (JWT.test(run) || run.startsWith('eyJhdXRocyI6')) {
      masked += text.slice(from, start) + REDACTED;
      from = start + run.length;
    }
    start = text.indexOf('eyJ', start + run.length);
  }
  return masked + text.slice(from);
}

const JWT_RUN = /[\w.+/=-]+/y;
const JWT = /^eyJ[\w-]{6,}\.[\w-]*\.?[\w-]{4,}/;

/** Tokens that their makers gave a prefix to be known by; `LS0t…` is `-----BEGIN` in base64, `H4sI…` gzip. */
const KNOWN_PREFIXES = new RegExp(
  [
    'gh[pousr]_\\w{16,}',
    'github_pat_\\w{16,}',
    'glpat-[\\w-]{16,}',
    'xox[a-z]-[\\w-]{8,}',
    'xapp-[\\w-]{8,}',
    'hooks\\.slack\\.com/services/[\\w/]+',
    '[srp]k_(?:live|test)_\\w+',
    'whsec_\\w+',
    '(?<![A-Za-z0-9])sk-[\\w-]{20,}',
    'AIza[\\w-]{30,}',
    'ya29\\.[\\w-]{10,}',
    'npm_\\w{30,}',
    'dop_v1_\\w{30,}',
    'SG\\.[\\w-]{16,}\\.[\\w-]{16,}',
    'hv[sbr]\\.[\\w-]{20,}',
    '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}',
    'sha256~[\\w-]{20,}',
    'k8s-aws-v1\\.[\\w-]{10,}',
    'AGE-SECRET-KEY-1\\w{20,}',
    'LS0tLS1CRUdJTi[\\w+/=-]*',
    'H4sI[\\w+/=-]{40,}',
  ].join('|'),
  'g',
);

const AUTH_SCHEME = /\b(bearer|basic)((?:[ +:]|%20){1,4})([\w.~+/=%-]{4,})/gi;
/** What follows the word in plain English. */
const SCHEME_WORDS: ReadonlySet<string> = new Set([
  'token',
  'tokens',
  'auth',
  'authentication',
  'authorization',
  'authenticator',
  'credentials',
]);

function maskScheme(whole: string, scheme: string, gap: string, token: string): string {
  if (SCHEME_WORDS.has(token.toLowerCase())) return whole;
  const isWord = scheme[0] === scheme[0]?.toLowerCase() && !/\d/.test(token) && token.length < 20;
  return isWord ? whole : `${scheme}${gap}${REDACTED}`;
}

const URL_PASSWORD = /([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:"']{0,256}):[^\s/"']{1,512}@/gi;
const URL_TOKEN = /(:\/\/)([^\s/@:"'<]{16,512})@/g;

function maskUrlToken(whole: string, scheme: string, user: string): string {
  return /\d/.test(user) ? `${scheme}${REDACTED}@` : whole;
}

const PARAMETER = /([?&])([\w.-]{1,64})=([^&\s"'#]+)/g;

function maskParameter(whole: string, mark: string, name: string): string {
  return namesSecretParameter(name) ? `${mark}${name}=${REDACTED}` : whole;
}

/** `kubectl create secret … --from-literal=pin=1234`, kept in kubernetes.io/change-cause. */
const LITERAL = /(--from-literal[= ]["']?[^=\s]{1,253}=)[^\s]+/g;
/** An environment variable in a refusal that quotes a pod: as a Go structure, and as JSON. */
const ENV_STRUCT = /(\bValue: ?)"[^"\\]*(?:\\.[^"\\]*)*"?/gs;
const ENV_JSON = /("name": ?"[^"]{0,256}", ?"value": ?)"[^"\\]*(?:\\.[^"\\]*)*"?/gs;

/** `password: x`, `"token": "x y"`, `api-key=x`, `spec.password: Invalid value: "x"`; escaped JSON too. */
const NAMED_VALUE =
  /((?:pass(?:words?|wd|phrase|code)|pwd|secret|token|(?:api|access|private|account|signing|encryption)[_-]?key|credential|authorization|cookie)s?)([\w-]{0,16})(\\{0,4}["'\])]{0,2}\s{0,3}[:=]\s{0,3}(?:(?:Invalid|Unsupported|Duplicate) value: ?)?\\{0,4})("[^"\\]*(?:\\.[^"\\]*)*"?|'[^']*'?|[^\s"'&]+)/gis;
const PLAIN = /^["']?(?:true|false|null|none|nil|~|)["']?,?$|^[[{$|>]|^"[[{$]/i;

function maskNamed(whole: string, word: string, suffix: string, gap: string, value: string): string {
  if (PLAIN.test(value) || !namesSecret(word + suffix)) return whole;
  const quote = value[0] === '"' || value[0] === "'" ? value[0] : '';
  return `${word}${suffix}${gap}${quote}${REDACTED}${quote}`;
}
