/** From names in the configuration file, and from URLs, to open log stores; their settings are held against their kind's schema. */
import type * as z from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { type AdHocSource, parseAdHoc } from '../config/ad-hoc.ts';
import type { Config, ConfiguredSource } from '../config/config.ts';
import { readConfig } from '../config/config-file.ts';
import { firstIssue } from '../config/first-issue.ts';
import { UserError } from '../errors.ts';
import type { ApiServer, Io } from '../io.ts';
import { didYouMean } from '../query/nearest.ts';
import { loadStoreKind, STORE_KINDS } from '../sources/registry.ts';
import type { Source } from '../sources/source.ts';
import { type OpenStoreMeans, openStore } from '../sources/store/open-store.ts';
import type { StoreKind } from '../sources/store/store-kind.ts';
import type { FlagValues } from './flags.ts';
import { connectFlags } from './reach-cluster.ts';

export interface OpenStoresOptions {
  /** Of the command line: how the cluster is reached, where a store lies in it, or a secret. */
  readonly flags: FlagValues;
  readonly io: Io;
  /** Null: opened when it is needed. */
  readonly cluster: Cluster | null;
  readonly maxBytes: number | null;
}

/** Asks none of them yet. Throws a UserError for the first that cannot be opened. */
export async function openStores(
  wanted: readonly (string | ConfiguredSource)[],
  options: OpenStoresOptions,
): Promise<Source[]> {
  const isNamed = wanted.some((one) => typeof one === 'string' && parseAdHoc(one) === null);
  const config = isNamed ? await readConfig(options.io.env) : null;
  const chosen = await Promise.all(
    wanted.map((one) => (typeof one === 'string' ? chosenStore(one, config) : configuredStore(one))),
  );
  const means = meansOf(options);
  const opened: Source[] = [];
  try {
    for (const { name, kind, settings } of chosen) opened.push(await openStore(name, kind, settings, means));
  } catch (error) {
    await Promise.allSettled(opened.map((source) => source.close()));
    throw error;
  }
  return opened;
}

export interface ChosenStore {
  /** As messages and coverage call it. */
  readonly name: string;
  readonly type: string;
  readonly kind: StoreKind;
  /** As the kind's schema has them. */
  readonly settings: unknown;
}

/** `named`: a name in the configuration file, or a URL. Throws UserError AUDIT_UNKNOWN_SOURCE or AUDIT_BAD_CONFIG. */
export async function chosenStore(named: string, config: Config | null): Promise<ChosenStore> {
  const adHoc = parseAdHoc(named);
  if (adHoc !== null) return await adHocStore(adHoc, named);
  const configured = config?.sources.get(named);
  if (configured === undefined) throw unknownSource(named, config);
  return await configuredStore(configured);
}

export async function configuredStore({
  name,
  type,
  settings,
  refuse,
}: ConfiguredSource): Promise<ChosenStore> {
  const kind = await kindOf(type, `the source ${name}`);
  const parsed = kind.settings.safeParse(settings);
  if (!parsed.success) throw refuse(parsed.error);
  return { name, type, kind, settings: parsed.data };
}

async function adHocStore({ type, url, settings }: AdHocSource, named: string): Promise<ChosenStore> {
  const kind = await kindOf(type, named);
  const whole = { ...settingsIn(url, kind, named), ...settings };
  const first = kind.settings.safeParse(whole);
  // In a URL all that looks like a number is one, until the schema wants a text.
  const parsed = first.success ? first : kind.settings.safeParse(asTexts(whole, first.error));
  if (!parsed.success) throw badUrl(named, parsed.error);
  const name = `${type} ${url.href.replace(/\/$/, '')}`;
  return { name, type, kind, settings: parsed.data };
}

function settingsIn(url: URL, kind: StoreKind, named: string): Readonly<Record<string, unknown>> {
  try {
    return kind.settingsOf(url);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new UserError('AUDIT_BAD_CONFIG', `${JSON.stringify(named)} has a % that begins no escape`, {
      hint: 'a % itself is written %25',
    });
  }
}

function asTexts(settings: Readonly<Record<string, unknown>>, error: z.ZodError): Record<string, unknown> {
  const copy = structuredClone(settings) as Record<string, unknown>;
  for (const { code, path } of error.issues) {
    if (code !== 'invalid_type') continue;
    const last = path.at(-1);
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((here, key) => (here as Record<PropertyKey, unknown>)?.[key], copy);
    if (typeof parent !== 'object' || parent === null || last === undefined) continue;
    const values = parent as Record<PropertyKey, unknown>;
    if (typeof values[last] === 'number' || typeof values[last] === 'boolean')
      values[last] = String(values[last]);
  }
  return copy;
}

function badUrl(named: string, error: z.ZodError): UserError {
  const { path, message } = firstIssue(error);
  const url = JSON.stringify(named.replace(/\?.*$/s, ''));
  return new UserError('AUDIT_BAD_CONFIG', `${url}: ${path.map(String).join('.')}: ${message}`, {
    hint: 'docs/sources tells what can be set about each kind',
  });
}

async function kindOf(type: string, of: string): Promise<StoreKind> {
  const kind = await loadStoreKind(type);
  if (kind !== null) return kind;
  const near = didYouMean(type, STORE_KINDS);
  throw new UserError(
    'AUDIT_UNKNOWN_SOURCE',
    `${of}: there is no kind of source ${JSON.stringify(type)}${near}`,
    {
      hint: `known: ${STORE_KINDS.join(', ')}; log files are given with --file`,
    },
  );
}

function unknownSource(named: string, config: Config | null): UserError {
  const names = [...(config?.sources.keys() ?? [])];
  const known = names.length === 0 ? `none is configured in ${config?.path}` : `known: ${names.join(', ')}`;
  return new UserError(
    'AUDIT_UNKNOWN_SOURCE',
    `there is no source ${JSON.stringify(named)}${didYouMean(named, names)}`,
    {
      hint: `${known}; ad hoc: --source loki+http://HOST:PORT; log files: --file`,
    },
  );
}

function meansOf({ flags, io, cluster, maxBytes }: OpenStoresOptions): OpenStoreMeans {
  let opened: Promise<Cluster> | null = cluster === null ? null : Promise.resolve(cluster);
  const api = async (): Promise<ApiServer> => {
    const { openCluster } = await import('../cluster/cluster.ts');
    opened ??= openCluster(connectFlags(flags), io);
    return (await opened).api;
  };
  return { io, maxBytes, secrets: { env: io.env, signal: io.signal, api } };
}
