/** From names in the configuration file, and from URLs, to receivers of alerts; their settings are held against their kind's schema. */
import type { Debtee } from '../alerts/book.ts';
import type { PacedReceiver } from '../alerts/delivery.ts';
import type { ReceiverKind, ReceiverMeans } from '../alerts/receivers/receiver.ts';
import type { CommonSettings } from '../alerts/receivers/receiver-settings.ts';
import { loadReceiverKind, RECEIVER_KINDS } from '../alerts/receivers/registry.ts';
import { type AdHocSource, parseAdHoc } from '../config/ad-hoc.ts';
import type { Config, ConfiguredSource } from '../config/config.ts';
import { readConfig } from '../config/config-file.ts';
import { firstIssue } from '../config/first-issue.ts';
import { UserError } from '../errors.ts';
import { digest } from '../event/digest.ts';
import type { Io } from '../io.ts';
import { didYouMean } from '../query/nearest.ts';
import { reachServer } from '../reach/reach-server.ts';
import { reachOf } from '../reach/reach-settings.ts';
import { readSecret, type SecretMeans } from '../reach/secret.ts';
import { SEVERITIES } from '../rules/rule.ts';

export type OpenedReceiver = PacedReceiver & Debtee;

/** A receiver that says nothing for longer may hang; the others do not wait for it. */
const TIMEOUT = '10s';

/** `wanted`: names and URLs, as `--to` has them. Nothing is sent yet. Throws a UserError for the first that cannot be opened. */
export async function openReceivers(
  wanted: readonly string[],
  io: Io,
  means: SecretMeans,
): Promise<OpenedReceiver[]> {
  const opened: OpenedReceiver[] = [];
  for (const chosen of await checkReceivers(wanted, io)) {
    // Two webhooks of one host are told apart in messages and metrics too.
    const isTaken = opened.some(({ name }) => name === chosen.name);
    opened.push(await open(isTaken ? { ...chosen, name: chosen.key } : chosen, means));
  }
  return opened;
}

/** Their settings, held against what their kinds know; no secret is read. Throws a UserError for the first that is wrong. */
export async function checkReceivers(wanted: readonly string[], io: Io): Promise<Chosen[]> {
  const adHoc = wanted.map((one) => parseAdHoc(one, withoutPath(one)));
  const config = adHoc.includes(null) ? await readConfig(io.env) : null;
  const all: Chosen[] = [];
  for (const [n, named] of wanted.entries()) {
    const url = adHoc[n] ?? null;
    const chosen = url === null ? await configured(named, config) : await fromUrl(url, named);
    if (all.some(({ key }) => key === chosen.key))
      throw new UserError('AUDIT_USAGE', `--to ${JSON.stringify(chosen.name)} is given twice`, {
        hint: 'leave one of them out',
      });
    all.push(chosen);
  }
  return all;
}

interface Chosen {
  readonly name: string;
  readonly key: string;
  readonly kind: ReceiverKind;
  /** As the kind's schema has them. */
  readonly settings: unknown;
}

async function open({ name, key, kind, settings }: Chosen, secrets: SecretMeans): Promise<OpenedReceiver> {
  const { severity, perMinute } = settings as CommonSettings;
  const means: ReceiverMeans = {
    secret: (of) => readSecret(of, secrets, false),
    serverAt: (url, said) => {
      const auth = said.auth === undefined ? {} : { auth: said.auth };
      const reach = { timeout: TIMEOUT, ...reachOf(said), ...auth, url };
      return reachServer(`the receiver ${name}`, reach, secrets, null, 'receiver');
    },
  };
  const receiver = await kind.open(settings, means);
  return {
    ...receiver,
    ...{ name, key, perMinute: perMinute ?? kind.perMinute },
    least: severity ?? SEVERITIES[0],
  };
}

async function configured(named: string, config: Config | null): Promise<Chosen> {
  const found: ConfiguredSource | undefined = config?.receivers.get(named);
  if (found === undefined) throw unknown(named, config);
  const kind = await kindOf(found.type, `the receiver ${named}`);
  const parsed = kind.settings.safeParse(found.settings);
  if (!parsed.success) throw found.refuse(parsed.error);
  return { name: named, key: named, kind, settings: parsed.data };
}

async function fromUrl({ type, url, settings }: AdHocSource, named: string): Promise<Chosen> {
  const shown = withoutPath(named);
  const kind = await kindOf(type, JSON.stringify(shown));
  const isWhole = !url.protocol.startsWith(`${type}:`);
  if (!isWhole && url.host !== '')
    throw new UserError('AUDIT_BAD_CONFIG', `${JSON.stringify(shown)} does not say how it is reached`, {
      hint: `${type}+https://${url.host}/…`,
    });
  const parsed = kind.settings.safeParse({ ...(isWhole ? { url: url.href } : {}), ...settings });
  if (!parsed.success) {
    const { path, message } = firstIssue(parsed.error);
    throw new UserError(
      'AUDIT_BAD_CONFIG',
      `${JSON.stringify(shown)}: ${path.map(String).join('.')}: ${message}`,
      {
        hint: 'docs/questions/watch.md tells what can be set about each kind; a whole URL that is a secret: ?url-env=VARIABLE',
      },
    );
  }
  // Its path may be a secret: it is known by a digest.
  const name = url.host === '' ? type : `${type} ${url.host}`;
  return { name, key: `${name} ${digest(named).slice(0, 8)}`, kind, settings: parsed.data };
}

async function kindOf(type: string, of: string): Promise<ReceiverKind> {
  const kind = await loadReceiverKind(type);
  if (kind !== null) return kind;
  throw new UserError(
    'AUDIT_UNKNOWN_RECEIVER',
    `${of}: there is no kind of receiver ${JSON.stringify(type)}${didYouMean(type, RECEIVER_KINDS)}`,
    { hint: `known: ${RECEIVER_KINDS.join(', ')}; such as alertmanager+http://127.0.0.1:9093` },
  );
}

function unknown(named: string, config: Config | null): UserError {
  const names = [...(config?.receivers.keys() ?? [])];
  const known = names.length === 0 ? `none is configured in ${config?.path}` : `known: ${names.join(', ')}`;
  return new UserError(
    'AUDIT_UNKNOWN_RECEIVER',
    `there is no receiver ${JSON.stringify(named)}${didYouMean(named, names)}`,
    { hint: `${known}; ad hoc: --to alertmanager+http://HOST:PORT, --to 'slack://?url-env=VARIABLE'` },
  );
}

/** A webhook's path is what lets one post to it: messages leave it out. */
function withoutPath(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?[^/?#]*)[/?#].+$/is, '$1/…');
}
