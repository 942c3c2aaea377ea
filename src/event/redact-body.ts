/**
 * The secrets of a body, by their place: Secrets and their like, alone, in lists, in patches of any kind and in JSON kept
 * in annotations; environment variables; values under names that say so. Copies only what changes; never mutates.
 */
import { namesSecret, REDACTED } from './secret-names.ts';
import { maskSecrets } from './secret-shapes.ts';

export interface BodyOf {
  /** Of the request: `secrets`, `certificatesigningrequests`, …; a body without a kind is one of them. */
  readonly resource: string | null;
}

/** Nesting beyond this is not looked into, and not shown. */
const MAX_DEPTH = 600;
/** JSON in a string in JSON: last-applied in a manifest in a ConfigMap. */
const MAX_TEXT_DEPTH = 4;

interface Place extends BodyOf {
  /** The key it stands under; for an item of a list, the list's. */
  readonly key: string;
  readonly isSecret: boolean;
  readonly isSigning: boolean;
  readonly depth: number;
  readonly textDepth: number;
}

export function redactBody(body: unknown, { resource }: BodyOf): unknown {
  const isSecret = resource === 'secrets';
  if (isSecret && typeof body === 'string') return body === '' ? body : REDACTED;
  const isSigning = resource === 'certificatesigningrequests' || resource === 'certificaterequests';
  return walk(body, { resource, key: '', isSecret, isSigning, depth: 0, textDepth: 0 });
}

function walk(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return namesSecret(place.key) ? blank(value) : redactString(value, place);
  if (typeof value === 'number') return namesSecret(place.key) ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (place.depth > MAX_DEPTH) return REDACTED;
  return Array.isArray(value) ? walkList(value, place) : walkObject(value as Json, place);
}

type Json = Readonly<Record<string, unknown>>;

function walkList(list: readonly unknown[], place: Place): readonly unknown[] {
  return mapped(list, (item, index) => {
    const before = list[index - 1];
    // `--password x` as two arguments.
    const isArgument =
      typeof item === 'string' && typeof before === 'string' && /^--?[\w-]{1,64}$/.test(before);
    if (isArgument && namesSecret(before)) return blank(item);
    return walk(item, { ...place, depth: place.depth + 1 });
  });
}

function walkObject(object: Json, outer: Place): Json {
  const { kind } = object;
  const place = {
    ...outer,
    isSecret: outer.isSecret || isSecretKind(kind),
    isSigning: outer.isSigning || isSigningKind(kind),
  };
  if (typeof object.op === 'string' && typeof object.path === 'string')
    return redactOperation(object, object.path, place);
  const isPair = isSecretPair(object, outer.key);
  return rebuilt(object, (key, value) => {
    const inner = { ...place, key, depth: place.depth + 1 };
    if (place.isSecret && (key === 'data' || key === 'stringData')) return blankAll(value);
    if (place.isSigning && (key === 'request' || key === 'certificate')) return blankAll(value);
    if (isPair && key === 'value') return blankAll(value);
    if (kind === 'PodExecOptions' && key === 'command') return blankAll(value);
    if (isEnvMap(key, value)) return blankAll(value);
    return walk(value, inner);
  });
}

function isSecretKind(kind: unknown): boolean {
  return kind === 'Secret' || kind === 'SecretList';
}

function isSigningKind(kind: unknown): boolean {
  return typeof kind === 'string' && /^Certificate(?:Signing)?Request(?:List)?$/.test(kind);
}

/** `{name, value}` of an environment, or of a parameter or header whose name says that it is secret. */
function isSecretPair(object: Json, key: string): boolean {
  if (typeof object.value !== 'string' && typeof object.value !== 'number') return false;
  const name = object.name ?? object.key;
  return isEnv(key) || (typeof name === 'string' && namesSecret(name));
}

/** `env`, `extraEnv`; also the key of a managed or patched list. */
function isEnv(key: string): boolean {
  return /(?:^|[a-z])env(?:s|vars)?$/i.test(key.slice(-40));
}

/** `env: {NAME: value}`, as some custom resources have it. */
function isEnvMap(key: string, value: unknown): boolean {
  if (!isEnv(key) || typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => typeof item !== 'object' || item === null);
}

/** One operation of a JSON patch: its value is what its path says. */
function redactOperation(operation: Json, path: string, place: Place): Json {
  const parts = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const isIn = (...names: string[]) => parts.some((part) => names.includes(part));
  const last = parts.at(-1) ?? '';
  const listed = parts.findLast((part) => !/^(?:\d+|-)$/.test(part)) ?? '';
  const isEnvValue = last === 'value' && parts.slice(0, -1).some(isEnv);
  const isBlank =
    (place.isSecret && isIn('data', 'stringData')) ||
    (place.isSigning && isIn('request', 'certificate')) ||
    isEnvValue;
  return rebuilt(operation, (key, value) => {
    if (key !== 'value') return walk(value, { ...place, key, depth: place.depth + 1 });
    if (isBlank || isEnvMap(listed, value)) return blankAll(value);
    return walk(value, { ...place, key: listed, depth: place.depth + 1 });
  });
}

function redactString(text: string, place: Place): string {
  const first = /\S/.exec(text)?.[0];
  if (first !== '{' && first !== '[') return maskSecrets(text);
  if (place.textDepth >= MAX_TEXT_DEPTH) return REDACTED;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Cut, or no JSON after all: only its shape can tell.
    const isHiding = place.isSecret || place.key === LAST_APPLIED || place.key.startsWith(WEBHOOK_PATCH);
    return isHiding ? REDACTED : maskSecrets(text);
  }
  const clean = walk(json, { ...place, key: '', textDepth: place.textDepth + 1, depth: place.depth + 1 });
  return clean === json ? text : JSON.stringify(clean);
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const WEBHOOK_PATCH = 'patch.webhook.admission.k8s.io/';

/** Every value below; the keys stay, and so does null, which takes a key away. */
function blankAll(value: unknown, depth = 0): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || depth > MAX_DEPTH)
    return typeof value === 'string' ? blank(value) : REDACTED;
  if (Array.isArray(value)) return mapped(value, (item) => blankAll(item, depth + 1));
  return rebuilt(value as Json, (_, item) => blankAll(item, depth + 1));
}

function blank(text: string): string {
  return text === '' ? text : REDACTED;
}

function mapped(
  list: readonly unknown[],
  change: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  const changed = list.map(change);
  return changed.every((item, index) => item === list[index]) ? list : changed;
}

/** The object itself when nothing changes. Keys are text too. */
function rebuilt(object: Json, change: (key: string, value: unknown) => unknown): Json {
  let isChanged = false;
  const entries = Object.entries(object).map(([key, value]): [string, unknown] => {
    const name = maskSecrets(key);
    const clean = change(key, value);
    if (name !== key || clean !== value) isChanged = true;
    return [name, clean];
  });
  return isChanged ? Object.fromEntries(entries) : object;
}
