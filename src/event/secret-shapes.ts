/**
 * Secrets that show by their shape, or by a name beside them, wherever they stand in a text. Every pattern is linear:
 * clients choose the text. What is secret by its place in an object is redact-body.ts's.
 */
import { maskCommandLine } from './secret-arguments.ts';
import { namesSecret, namesSecretParameter, REDACTED } from './secret-names.ts';
import { type Hidden, hiddenUnder, hidesText } from './secret-places.ts';

/** Idempotent. What tells who and what (names, user agents, reasons) stays. */
export function maskSecrets(text: string): string {
  // Fast path: most texts of a body are keys.
  if (text.length < SHORTEST || WORD.test(text) || UUID.test(text)) return text;
  return text.length > LONGEST_KEPT ? settled(text, maskOnce) : maskedBefore(text);
}

/** Fast path: names, addresses and user agents come again and again; 10 µs each are most of what a row costs. */
function maskedBefore(text: string): string {
  const known = maskedTexts.get(text);
  if (known !== undefined) return known;
  if (maskedTexts.size >= MOST_KEPT) maskedTexts.clear();
  const made = settled(text, maskOnce);
  maskedTexts.set(text, made);
  return made;
}

const maskedTexts = new Map<string, string>();
const MOST_KEPT = 5_000;
const LONGEST_KEPT = 200;

/** Audit IDs and uids: no pattern below takes one. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** No pattern below takes one. */
const WORD = /^(?!eyJ)[a-z][A-Za-z]{0,38}$/;

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
  let masked = maskJwts(maskPem(text)).replace(BASE64_RUN, maskBase64);
  masked = masked.replace(KNOWN_PREFIXES, REDACTED).replace(BOOTSTRAP_TOKEN, REDACTED);
  masked = masked.replace(HEADER, `$1${REDACTED}`).replace(AUTH_SCHEME, maskScheme);
  if (masked.includes('@'))
    masked = masked
      .replace(URL_PASSWORD, `$1:${REDACTED}@`)
      .replace(URL_TOKEN, maskUrlToken)
      .replace(GO_DSN, `$1:${REDACTED}@$2`);
  if (masked.includes('='))
    masked = masked.replace(PARAMETER, maskParameter).replace(LITERAL, `$1${REDACTED}`);
  if (masked.includes('"'))
    masked = masked
      .replace(ENV_STRUCT, `$1"${REDACTED}"`)
      .replace(ENV_JSON, `$1"${REDACTED}"`)
      .replace(MEMBER, maskMember);
  if (masked.includes('value: ')) masked = masked.replace(INVALID, maskInvalid);
  if (masked.includes('</')) masked = masked.replace(ELEMENT, maskElement);
  masked = maskCommandLine(masked);
  return /[:=]/.test(masked)
    ? masked.replace(NAMED_VALUE, maskNamed).replace(ASSIGNMENT, maskAssignment)
    : masked;
}

/** `sk_live_1` is 9 long, `pwd=x` 5. */
const SHORTEST = 5;

/** Blocks of any kind, SSH's too, cut ones to the end. */
function maskPem(text: string): string {
  let masked = '';
  let from = 0;
  for (let start = indexOf(PEM_BEGIN, text, 0); start >= 0; start = indexOf(PEM_BEGIN, text, from)) {
    masked += text.slice(from, start) + REDACTED;
    const end = indexOf(PEM_END, text, start);
    if (end < 0) return masked;
    const close = text.indexOf('----', text.indexOf('END ', end) + 4);
    from = close < 0 ? text.length : close + (text[close + 4] === '-' ? 5 : 4);
  }
  return from === 0 ? text : masked + text.slice(from);
}

const PEM_BEGIN = /-{4,5} ?BEGIN /g;
const PEM_END = /-{4,5} ?END /g;

function indexOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

/** Signed and encrypted tokens, detached ones too; and Docker's `{"auths":` in base64. Each run of letters is looked at once. */
function maskJwts(text: string): string {
  let start = text.indexOf('eyJ');
  if (start < 0) return text;
  let masked = '';
  let from = 0;
  while (start >= 0) {
    JWT_RUN.lastIndex = start;
    const run = JWT_RUN.exec(text)?.[0] ?? '';
    if (JWT.test(run.replace(ESCAPED_DOT, '.')) || run.startsWith('eyJhdXRocyI6')) {
      masked += text.slice(from, start) + REDACTED;
      from = start + run.length;
    }
    start = text.indexOf('eyJ', start + run.length);
  }
  return masked + text.slice(from);
}

/** A dot can be escaped, as JSON and URLs escape. */
const JWT_RUN = /(?:[\w.+/=-]|\\{1,8}u002e|%2e)+/iy;
const ESCAPED_DOT = /\\{1,8}u002e|%2e/gi;
const JWT = /^eyJ[\w-]{6,}\.[\w-]*\.?[\w-]{4,}/;

/** Tokens that their makers gave a prefix to be known by; `H4sI…` is gzip in base64. */
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
    '(?<![\\w-])sk-(?:(?:proj|ant|svcacct|admin)-[\\w-]{16,}|[A-Za-z0-9]{20,})',
    '(?<![\\w.-])s\\.[A-Za-z0-9]{24}(?![\\w.-])',
    'discord(?:app)?\\.com/api/webhooks/[\\w/-]+',
    'webhook\\.office\\.com/webhookb2/[^\\s"\']+',
    '(?<!\\d)\\d{8,10}:AA[\\w-]{30,}',
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
    'H4sI[\\w+/=-]{40,}',
  ].join('|'),
  'g',
);

/** kubeadm's; not an Event's name, which ends in the time in nanoseconds. */
const BOOTSTRAP_TOKEN =
  /(?<![\w.-])(?![a-z]{6}\.[a-z]{16})[a-z0-9]{6}\.(?!1[5-9a-f][0-9a-f]{14}(?![a-z0-9]))[a-z0-9]{16}(?![\w.-])/g;

/** `-----BEGIN ` at each of the three places that base64 can put it, and twice encoded; over several lines too. */
const BASE64_RUN = /[\w+/=-]{40,}(?:\r?\n[ \t]*[\w+/=-]{20,})*(?:\r?\n[ \t]*[\w+/]{1,64}={1,2})?/g;
const PEM_IN_BASE64 = /LS0tLS1CRUdJTi|0tLS0tQkVHSU4|tLS0tLUJFR0lO|TFMwdExTMUNSVWRKV/;

function maskBase64(run: string): string {
  return PEM_IN_BASE64.test(run) ? REDACTED : run;
}

/** To the end of the line or of the string: a scheme may have parameters. */
const HEADER =
  /((?:authorization|cookie)["'\\]{0,5}\s{0,3}[:=]\s{0,3}["'\\]{0,5})(?![\s"'\\])(?:[^\s"'\\,;]+(?=[,;])|[^\n\r"'\\]+(?:["'][^"'\n\r]*["'])*)/gi;

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
  'constraints',
  'realm=',
]);

function maskScheme(whole: string, scheme: string, gap: string, token: string): string {
  if (SCHEME_WORDS.has(token.toLowerCase())) return whole;
  const isWord = scheme[0] === scheme[0]?.toLowerCase() && !/\d/.test(token) && token.length < 20;
  return isWord ? whole : `${scheme}${gap}${REDACTED}`;
}

/** A password may hold slashes; a port is followed by one. */
const URL_PASSWORD =
  /([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:"'[]{0,256}):(?:[^\s/"']{1,512}|(?!\d{1,5}[/?#])[^\s"'@]{1,512})@/gi;
/** `user:password@tcp(host:3306)/db`. */
const GO_DSN = /([\w.-]{1,64}):[^\s@"']{1,256}@((?:tcp|unix)\()/g;
const URL_TOKEN = /(:\/\/)([^\s/@:"'<]{16,512})@/g;

function maskUrlToken(whole: string, scheme: string, user: string): string {
  return /\d/.test(user) ? `${scheme}${REDACTED}@` : whole;
}

const PARAMETER = /([?&])([\w.-]{1,64})=([^&\s"'#]+)/g;

function maskParameter(whole: string, mark: string, name: string): string {
  return namesSecretParameter(name) ? `${mark}${name}=${REDACTED}` : whole;
}

/** A member of an object of JSON that is cut: any name that says so, not only those that a text is searched for. */
const MEMBER = /("([^"\\]{1,100})"\s{0,40}:\s{0,40})"[^"\\]*(?:\\.[^"\\]*)*"?/gs;

function maskMember(whole: string, start: string, name: string): string {
  return namesSecret(name) ? `${start}"${REDACTED}"` : whole;
}

/** `kubectl create secret … --from-literal=pin=1234`, kept in kubernetes.io/change-cause. */
const LITERAL = /(--from-literal[= ]["']?[^=\s]{1,253}=)[^\s]+/g;
/** An environment variable in a refusal that quotes a pod: as a Go structure, and as JSON. */
const ENV_STRUCT = /(\bValue: ?)"[^"\\]*(?:\\.[^"\\]*)*"?/gs;
const ENV_JSON =
  /("name":\s{0,40}"[^"]{0,256}",\s{0,40}"value":\s{0,40}|"auth":\s{0,40})"[^"\\]*(?:\\.[^"\\]*)*"?/gs;

/** A refusal quotes what was wrong, after its path. */
const INVALID =
  /([\w$.[\]/-]{1,256})(: (?:Invalid|Unsupported|Duplicate) value: )("[^"\\]*(?:\\.[^"\\]*)*"?|[^\s"]+)/gs;

function maskInvalid(whole: string, path: string, said: string, value: string): string {
  const hidden = path
    .split(/[.[\]]+/)
    .filter((part) => part !== '' && !/^\d+$/.test(part))
    .reduce<Hidden>(hiddenUnder, 'nothing');
  const isQuoted = value.startsWith('"');
  return hidesText(hidden) ? `${path}${said}${isQuoted ? `"${REDACTED}"` : REDACTED}` : whole;
}

const ELEMENT = /(<([\w:.-]{1,64})>)([^<>]+)(?=<\/)/g;

function maskElement(whole: string, tag: string, name: string): string {
  return namesSecret(name) ? `${tag}${REDACTED}` : whole;
}

/** `DB_PASS=x`, `client-key-data=x`: what ends a name elsewhere can be anything here. */
const ASSIGNMENT = /(?<![\w.-])([\w.-]{1,64})=(?![\s"'=])([^\s"'&;,)\]}]+)/g;

function maskAssignment(whole: string, name: string, value: string): string {
  return namesSecret(name) && !PLAIN.test(value) ? `${name}=${REDACTED}` : whole;
}

/** `password: x`, `"token": "x y"`, `api-key=x`, `spec.password: Invalid value: "x"`; escaped JSON too. */
const NAMED_VALUE =
  /((?:pass(?:words?|wd|phrase|code)|pwd|secret|token|(?:api|access|private|preshared|shared|account|signing|encryption)[_-]?key|(?:key-data|jwt|psk)|credential|authorization|cookie)s?)([\w-]{0,16})(\\{0,4}["'\])]{0,2}\s{0,3}(?:=>|[:=])[ \t]{0,3}(?:(?:Invalid|Unsupported|Duplicate) value: ?)?\\{0,4})("[^"\\]*(?:\\.[^"\\]*)*"?|'[^']*'?|[^\s"'&]+)/gis;
const PLAIN = /^["']?(?:true|false|null|none|nil|~|)["']?,?$|^[[{$|>]|^"[[{$]/i;

function maskNamed(
  whole: string,
  word: string,
  suffix: string,
  gap: string,
  value: string,
  at: number,
  text: string,
): string {
  if (PLAIN.test(value) || !namesSecret(word + suffix)) return whole;
  // A service account's namespace can have any name, and who it was is never hidden.
  if (gap === ':' && SERVICE_ACCOUNT.test(text.slice(Math.max(0, at - 100), at))) return whole;
  const quote = value[0] === '"' || value[0] === "'" ? value[0] : '';
  return `${word}${suffix}${gap}${quote}${REDACTED}${quote}`;
}

const SERVICE_ACCOUNT = /serviceaccounts?:[\w.-]*$/;
