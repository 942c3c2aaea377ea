/** The sources of the configuration file, for which contexts they stand, and what the kubeconfig stands for where it says nothing. */
import { type Config, type ConfiguredSource, NODE } from '../../config/config.ts';
import { readConfig } from '../../config/config-file.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { escapeTerminal } from '../../render/escape.ts';
import { type FlagValues, textFlag } from '../flags.ts';
import { configuredStore } from '../open-stores.ts';
import { type DerivedSource, derivedSource } from './derived-source.ts';

/** As `-o json` prints it. `url`: where it is; null where its kind has none. */
interface Listed {
  readonly name: string;
  readonly type: string;
  readonly url: string | null;
  /** `default`: those that are not named. */
  readonly contexts: readonly string[];
  /** What of the kubeconfig says so; null: the configuration file. */
  readonly readFrom: string | null;
}

export async function listSources(words: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const [surplus] = words;
  if (surplus !== undefined)
    throw new UserError('AUDIT_USAGE', `sources list takes no ${JSON.stringify(surplus)}`, {
      hint: `${io.calledAs} sources test ${surplus}`,
    });
  const config = await readConfig(io.env);
  const listed: Listed[] = [];
  for (const source of config.sources.values()) {
    // One that could not be opened is said here, and not first at three in the morning.
    await configuredStore(source);
    listed.push(listedOf(source, config));
  }
  const derived = await derivedSource(config, flags, io);
  if (derived !== null) {
    await configuredStore(derived.source);
    listed.push(listedAs(derived));
  }
  const format = textFlag(flags, 'output') ?? 'table';
  if (format === 'json')
    await io.out.write(`${JSON.stringify({ path: config.path, sources: listed }, null, 2)}\n`);
  else if (format === 'table')
    await io.out.write(`${tableOf(listed, config).map(escapeTerminal).join('\n')}\n`);
  else
    throw new UserError('AUDIT_BAD_FORMAT', `sources has no output format ${JSON.stringify(format)}`, {
      hint: `${io.calledAs} sources -o json`,
    });
  return 0;
}

function listedOf({ name, type, settings }: ConfiguredSource, { contexts, others }: Config): Listed {
  const named = [...contexts].flatMap(([context, of]) => (of.includes(name) ? [context] : []));
  return {
    name,
    type,
    url: typeof settings.url === 'string' ? settings.url : null,
    contexts: [...named, ...(others?.includes(name) === true ? ['default'] : [])],
    readFrom: null,
  };
}

function listedAs({ source, context, readFrom }: DerivedSource): Listed {
  return { name: source.name, type: source.type, url: null, contexts: [context], readFrom };
}

function tableOf(listed: readonly Listed[], { path, others }: Config): readonly string[] {
  if (listed.length === 0)
    return [
      `no source is configured in ${path}: the control plane's own files are read, and what --file and --source say`,
    ];
  const rows = [
    ['NAME', 'TYPE', 'URL', 'CONTEXTS'],
    ...listed.map(({ name, type, url, contexts, readFrom }) => [
      name,
      type,
      url ?? '',
      `${contexts.join(', ') || 'none: --source'}${readFrom === null ? '' : ` (its kubeconfig: ${readFrom})`}`,
    ]),
  ];
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const isNode = others === null || others.includes(NODE);
  return [...lines, '', `${isNode ? 'other contexts: the control plane’s own files; ' : ''}from ${path}`];
}
