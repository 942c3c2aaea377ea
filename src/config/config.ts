/**
 * What the configuration file says: log stores by name, and which of them hold the audit log of which kubeconfig context. What can
 * be set about a store is its kind's to say (sources/): here its settings stay as they are, with the places they stand at.
 */
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { UserError } from '../errors.ts';
import { type Places, placesIn, refuseAt } from './places.ts';

export interface Config {
  readonly path: string;
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  /** Names of sources, `node` for the control plane's own files; null: nothing is said about that context. */
  sourcesOf(context: string | null): readonly string[] | null;
}

export interface ConfiguredSource {
  readonly name: string;
  /** A kind of store: `loki`. */
  readonly type: string;
  /** All but `type`. Still to be held against what the kind knows. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The error that what zod says of its settings means, with line and column. */
  readonly refuse: (error: z.ZodError) => UserError;
}

/** The name that stands for the control plane's own files. */
export const NODE = 'node';

const name = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'a name of letters, digits, dots, hyphens and underscores');
const names = z.union([name.transform((one) => [one]), z.array(name).min(1)], {
  error: 'the name of a source, or a list of them',
});

/** `sources` here only as far as all kinds have it in common. */
export const configSchema = z.strictObject({
  version: z.literal(1, { error: 'this program knows version 1' }).describe('of this file’s form'),
  sources: z
    .record(name, z.looseObject({ type: z.string().min(1) }))
    .optional()
    .describe('log stores by name'),
  contexts: z
    .record(z.string(), names)
    .optional()
    .describe(
      "kubeconfig context → the sources that hold its cluster's audit log; node: the control plane's files",
    ),
  default: names.optional().describe('sources of the contexts that are not named'),
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
  const parsed = configSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (!parsed.success) throw refuseAt(parsed.error, places, []);
  const { sources = {}, contexts = {}, default: others } = parsed.data;
  const known = new Map(
    Object.entries(sources).map(([of, { type, ...settings }]) => [
      of,
      configured(of, type, settings, places),
    ]),
  );
  refuseUnknown(known, contexts, others ?? [], places);
  return {
    path,
    sources: known,
    sourcesOf: (context) =>
      (context !== null && Object.hasOwn(contexts, context) ? contexts[context] : undefined) ??
      others ??
      null,
  };
}

function configured(
  of: string,
  type: string,
  settings: Readonly<Record<string, unknown>>,
  places: Places,
): ConfiguredSource {
  return { name: of, type, settings, refuse: (error) => refuseAt(error, places, ['sources', of]) };
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
