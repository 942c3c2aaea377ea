/**
 * The secrets of a body, by their place: Secrets and their like, alone, in lists, in patches of any kind and in JSON kept
 * in annotations; environment variables; values under names that say so. Copies only what changes; never mutates.
 */
import { redactLines } from './redact-lines.ts';
import { maskArguments } from './secret-arguments.ts';
import { namesSecret, REDACTED } from './secret-names.ts';
import { type Hidden, hiddenOfItem, hiddenUnder, hidesText } from './secret-places.ts';
import { maskSecrets } from './secret-shapes.ts';

export interface BodyOf {
  /** Of the request: `secrets`, `certificatesigningrequests`, …; a body without a kind is one of them. */
  readonly resource: string | null;
  readonly subresource: string | null;
  /** The key that the body stands under in what is more than a body: `annotations`. */
  readonly key: string;
}

/** Nesting beyond this is not looked into, and not shown. */
const MAX_DEPTH = 600;
/** JSON in a string in JSON: last-applied in a manifest in a ConfigMap. */
const MAX_TEXT_DEPTH = 4;

interface Place {
  /** The key it stands under; for an item of a list, the list's. */
  readonly key: string;
  readonly hidden: Hidden;
  /** Of a Secret; `isSecretLike`: of what becomes one, too. */
  readonly isSecret: boolean;
  readonly isSecretLike: boolean;
  readonly isSigning: boolean;
  readonly isRunning: boolean;
  /** Of a Secret itself, not of something in it. */
  readonly isRoot: boolean;
  readonly depth: number;
  readonly textDepth: number;
}

export function redactBody(body: unknown, { resource, subresource, key }: BodyOf): unknown {
  const isRoot = resource === 'secrets' && key === '';
  if (isRoot && typeof body === 'string') return body === '' ? body : REDACTED;
  return walk(body, {
    key,
    hidden: 'nothing',
    isSecret: resource === 'secrets',
    isSecretLike: resource?.endsWith('secrets') === true,
    isSigning: resource === 'certificatesigningrequests' || resource === 'certificaterequests',
    isRunning: subresource === 'exec' || subresource === 'attach',
    isRoot,
    depth: 0,
    textDepth: 0,
  });
}

type Json = Readonly<Record<string, unknown>>;

function walk(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return hidesText(place.hidden) ? blank(value) : redactString(value, place);
  if (typeof value === 'number') return hidesText(place.hidden) ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (place.depth > MAX_DEPTH) return REDACTED;
  return Array.isArray(value) ? walkList(value, place) : walkObject(value as Json, place);
}

function blank(text: string): string {
  return text === '' ? text : REDACTED;
}

function walkList(list: readonly unknown[], place: Place): readonly unknown[] {
  return mapped(maskArguments(list), (item) => walk(item, itemOf(place, item)));
}

function itemOf(place: Place, item: unknown): Place {
  return { ...place, hidden: hiddenOfItem(place.hidden, typeof item === 'string'), depth: place.depth + 1 };
}

function walkObject(object: Json, outer: Place): Json {
  const place = asSaidBy(object, outer);
  const isOperation = place.hidden === 'nothing' && typeof object.op === 'string';
  if (isOperation && typeof object.path === 'string') return redactOperation(object, object.path, place);
  const isPair = isSecretPair(object);
  return rebuilt(object, (key, value) => {
    const inner = below(place, key);
    return walk(
      value,
      isPair && key === 'value' && inner.hidden === 'nothing' ? { ...inner, hidden: 'all' } : inner,
    );
  });
}

/** What an object says of itself, it says of all that is in it. */
function asSaidBy({ kind }: Json, outer: Place): Place {
  if (typeof kind !== 'string') return outer;
  return {
    ...outer,
    isSecret: outer.isSecret || SECRET_KIND.test(kind),
    isSecretLike: outer.isSecretLike || /Secret(?:List)?$/i.test(kind),
    isSigning: outer.isSigning || /^Certificate(?:Signing)?Request(?:List)?$/.test(kind),
    isRunning: outer.isRunning || kind === 'PodExecOptions' || kind === 'PodAttachOptions',
    isRoot: SECRET_KIND.test(kind),
  };
}

const SECRET_KIND = /^Secret(?:List)?$/i;

/** A parameter, a header or a variable whose name says that it is secret; a toleration and a taint have a key and a value too. */
function isSecretPair(object: Json): boolean {
  const name = object.name ?? object.key;
  const isRule = 'operator' in object || 'effect' in object;
  return !isRule && typeof name === 'string' && namesSecret(name);
}

function below(place: Place, key: string): Place {
  return {
    ...place,
    key,
    hidden: hiddenBelow(place, key),
    isRoot: place.isSecret && (key === 'items' || key === 'object'),
    depth: place.depth + 1,
  };
}

function hiddenBelow(place: Place, key: string): Hidden {
  const isHidden =
    (place.isRoot && !SHOWN_OF_SECRET.has(key)) ||
    (place.isSecret && SECRET_PARTS.has(key)) ||
    (place.isSigning && (key === 'request' || key === 'certificate')) ||
    (place.isRunning && key === 'command');
  if (isHidden) return 'all';
  if (place.hidden !== 'all' && place.isSecretLike) {
    if (SECRET_PARTS.has(key)) return 'most';
    if (key.startsWith(POLICY_FAILURE)) return 'inside';
  }
  return hiddenUnder(place.hidden, key);
}

/** The rest is data, or what somebody meant to be data (`stringdata:`). */
const SHOWN_OF_SECRET: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'type',
  'immutable',
  'items',
  'rows',
  'columnDefinitions',
  '$patch',
]);
/** Of SealedSecret, ExternalSecret and the like. */
const SECRET_PARTS: ReadonlySet<string> = new Set(['data', 'stringData', 'encryptedData']);
/** The API server quotes what a policy said, and a policy what it refused. */
const POLICY_FAILURE = 'validation.policy.admission.k8s.io/';

/** One operation of a JSON patch: its value is what its path says, which is from the object's root. */
function redactOperation(operation: Json, path: string, place: Place): Json {
  const parts = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const root: Place = { ...place, key: '', isRoot: place.isSecret };
  return rebuilt(operation, (key, value) => {
    if (key !== 'value') return walk(value, { ...place, key, isRoot: false, depth: place.depth + 1 });
    const target = parts
      .slice(1)
      .reduce((at, part) => (/^(?:\d+|-)$/.test(part) ? itemOf(at, value) : below(at, part)), root);
    return walk(value, { ...target, depth: place.depth + 1 });
  });
}

function redactString(text: string, place: Place): string {
  const trimmed = text.trim();
  const json = /^[[{"]/.test(trimmed) ? parsed(trimmed) : undefined;
  if (json !== undefined) {
    if (place.textDepth >= MAX_TEXT_DEPTH) return REDACTED;
    const clean = walk(json, inText(place));
    return clean === json ? text : JSON.stringify(clean);
  }
  // Cut, or no JSON after all: only its shape can tell.
  const isCut = trimmed.startsWith('{') || trimmed.startsWith('[');
  if (isCut && (place.isSecret || place.key === LAST_APPLIED || place.key.startsWith(WEBHOOK_PATCH)))
    return REDACTED;
  if (hidesInBase64(trimmed, place) || SECRET_IN_JSON.test(text)) return REDACTED;
  return maskSecrets(redactLines(text));
}

/** What stands in a text, stands there as it would alone. */
function inText(place: Place): Place {
  return { ...place, isRoot: false, textDepth: place.textDepth + 1, depth: place.depth + 1 };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const WEBHOOK_PATCH = 'patch.webhook.admission.k8s.io/';
const SECRET_IN_JSON = /\bkind\\{0,8}"\s{0,4}:\s{0,4}\\{0,8}"Secret(?:List)?\\{0,8}"/;

/** Keys, cloud-init, manifests: text in base64 that would not be shown as it is. */
function hidesInBase64(text: string, place: Place): boolean {
  if (text.length < SHORTEST_BASE64 || !/^[\w+/\s-]+={0,2}$/.test(text)) return false;
  const plain = Buffer.from(text, 'base64').toString('utf8');
  if (/[^\P{Cc}\t\r\n]|\ufffd/u.test(plain)) return false;
  return place.textDepth >= MAX_TEXT_DEPTH || redactString(plain, inText(place)) !== plain;
}

const SHORTEST_BASE64 = 16;

function mapped(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
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
