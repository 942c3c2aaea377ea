/** Text of a configuration file → what it says, or where it is wrong. */
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { UserError } from '../errors.ts';
import { type Config, type ConfiguredSource, NODE, SOURCE_NAME } from './config.ts';
import { type Places, placesIn, refuseAt } from './places.ts';

const name = z.string().regex(SOURCE_NAME, 'a name of letters, digits, dots, hyphens and underscores');
const names = z.union(
  [name.transform((one) => [one]), z.array(name).min(1, { error: 'a list with nothing in it' })],
  {
    error: 'the name of a source, or a list of them',
  },
);

/** The forms of the file that are read. A new one is added, and the old ones go on being read: test/promises. */
const VERSION = 1;

/** `sources` here only as far as all kinds have it in common. */
export const configSchema = z.strictObject({
  version: z.literal(VERSION).describe('of this file’s form'),
  sources: z
    .record(name, z.looseObject({ type: z.string().min(1) }))
    .optional()
    .describe('log stores by name'),
  receivers: z
    .record(name, z.looseObject({ type: z.string().min(1) }))
    .optional()
    .describe('receivers of alerts by name: what watch --to takes'),
  contexts: z
    .record(z.string(), names)
    .optional()
    .describe(
      "kubeconfig context → the sources that hold its cluster's audit log; node: the control plane's files",
    ),
  default: names.optional().describe('sources of the contexts that are not named'),
  confirmAbove: z
    .string()
    .regex(/^[1-9]\d{0,14}(?:\.\d{1,6})?\s?(?:[kKmMgGtT]i?)?[bB]?$/, 'a size such as 10GB')
    .optional()
    .describe(
      'before more is read of stores that are paid for by what is read, a terminal is asked; default 10GB',
    ),
});

/** Throws UserError AUDIT_BAD_CONFIG, with line and column. */
export function parseConfig(text: string, path: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new UserError('AUDIT_BAD_CONFIG', `${path}:${line}:${col}: ${error.message}`, {
      hint: 'it must be YAML',
    });
  }
  const places = placesIn(document, lines, path);
  const said: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  refuseOtherVersions(said, places);
  const parsed = configSchema.safeParse(said);
  if (!parsed.success) throw refuseAt(parsed.error, places, []);
  const { sources = {}, receivers = {}, contexts = {}, default: others, confirmAbove } = parsed.data;
  const known = configuredIn('sources', sources, places);
  refuseUnknown(known, contexts, others ?? [], places);
  return {
    path,
    sources: known,
    receivers: configuredIn('receivers', receivers, places),
    contexts: new Map(Object.entries(contexts)),
    others: others ?? null,
    confirmAbove: confirmAbove ?? null,
  };
}

function configuredIn(
  key: 'sources' | 'receivers',
  entries: Readonly<Record<string, Readonly<Record<string, unknown>> & { readonly type: string }>>,
  places: Places,
): ReadonlyMap<string, ConfiguredSource> {
  return new Map(
    Object.entries(entries).map(([name, { type, ...settings }]) => {
      const refuse = (error: z.ZodError) => refuseAt(error, places, [key, name]);
      return [name, { name, type, settings, refuse }];
    }),
  );
}

function refuseUnknown(
  sources: ReadonlyMap<string, unknown>,
  contexts: Readonly<Record<string, readonly string[]>>,
  others: readonly string[],
  places: Places,
): void {
  if (sources.has(NODE))
    throw places.refuse(
      ['sources', NODE],
      'this name stands for the nodes’ own files',
      'give it another one',
    );
  const uses = [
    ...Object.entries(contexts).map(([context, of]) => [['contexts', context], of] as const),
    [['default'], others] as const,
  ];
  for (const [path, of] of uses) {
    const unknown = of.find((one) => one !== NODE && !sources.has(one));
    if (unknown !== undefined)
      throw places.refuse(
        path,
        `there is no source ${JSON.stringify(unknown)}`,
        `known: ${[...sources.keys(), NODE].join(', ')}`,
      );
  }
}

/** Before all else is looked at: in another form it means something else. */
function refuseOtherVersions(said: unknown, places: Places): void {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return;
  const version: unknown = 'version' in said ? said.version : undefined;
  if (version === VERSION) return;
  if (version === undefined)
    throw places.refuse(
      ['version'],
      'which form the file has is not said',
      `write "version: ${VERSION}" as its first line`,
    );
  const isNewer = typeof version === 'number' && version > VERSION;
  throw places.refuse(
    ['version'],
    `${JSON.stringify(version)} is not known: this program knows version ${VERSION}`,
    isNewer
      ? 'a newer kubectl audit reads it: upgrade this one, or name another file by KUBECTL_AUDIT_CONFIG'
      : `write "version: ${VERSION}"`,
  );
}
