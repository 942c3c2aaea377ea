/** The sources of the configuration file, and for which contexts they stand. */
import { type Config, type ConfiguredSource, NODE } from '../../config/config.ts';
import { readConfig } from '../../config/config-file.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { escapeTerminal } from '../../render/escape.ts';
import { type FlagValues, textFlag } from '../flags.ts';
import { configuredStore } from '../open-stores.ts';

/** As `-o json` prints it. `url`: where it is; null where its kind has none. */
interface Listed {
  readonly name: string;
  readonly type: string;
  readonly url: string | null;
  /** `default`: those that are not named. */
  readonly contexts: readonly string[];
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
  };
}

function tableOf(listed: readonly Listed[], { path, others }: Config): readonly string[] {
  if (listed.length === 0)
    return [
      `no source is configured in ${path}: the control plane's own files are read, and what --file and --source say`,
    ];
  const rows = [
    ['NAME', 'TYPE', 'URL', 'CONTEXTS'],
    ...listed.map(({ name, type, url, contexts }) => [
      name,
      type,
      url ?? '',
      contexts.join(', ') || 'none: --source',
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
