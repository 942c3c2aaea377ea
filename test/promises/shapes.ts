/** JSON schemas as lines, one for each place of a document: `WhoDid.rows[].who.user: string`. */
import { readFileSync } from 'node:fs';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema | readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
}

type Definitions = Readonly<Record<string, Schema>>;

/** Of docs/answer.schema.json, question by question. */
export function answerShapes(): string[] {
  const { definitions } = read('docs/answer.schema.json');
  return (definitions.AnyAnswer?.anyOf ?? []).flatMap((answer) =>
    shapesOf(answer, nameOf(answer).replace(/Answer$/, ''), definitions),
  );
}

/** Of docs/config.schema.json: the file, and the settings of each kind of store. */
export function configShapes(): string[] {
  const { definitions, ...file } = read('docs/config.schema.json');
  return [
    ...shapesOf(file, 'config', definitions),
    ...Object.entries(definitions).flatMap(([kind, schema]) => shapesOf(schema, kind, definitions)),
  ];
}

/** Sorted. A key that may be missing has a question mark; kinds of values are joined by `|`. */
function shapesOf(schema: Schema, name: string, definitions: Definitions): string[] {
  const lines = new Map<string, Set<string>>();

  /** `through`: definitions that are being gone through, for those that hold themselves. */
  function walk(here: Schema, path: string, through: readonly string[]): void {
    const kinds = lines.get(path) ?? new Set<string>();
    lines.set(path, kinds);
    if (here.$ref !== undefined && through.includes(here.$ref)) kinds.add('…');
    else if (here.$ref !== undefined) walk(definitions[nameOf(here)] ?? {}, path, [...through, here.$ref]);
    for (const one of [...(here.anyOf ?? []), ...(here.allOf ?? [])]) walk(one, path, through);
    for (const kind of [here.type ?? []].flat()) kinds.add(kind);
    for (const [key, inner] of Object.entries(here.properties ?? {}))
      walk(inner, `${path}.${key}${here.required?.includes(key) === true ? '' : '?'}`, through);
    if (typeof here.additionalProperties === 'object') walk(here.additionalProperties, `${path}.*`, through);
    for (const item of [here.items ?? []].flat()) walk(item, `${path}[]`, through);
  }

  walk(schema, name, []);
  return [...lines].map(([path, kinds]) => `${path}: ${[...kinds].sort().join('|')}`).sort();
}

function nameOf({ $ref = '' }: Schema): string {
  return decodeURIComponent($ref.replace('#/definitions/', ''));
}

function read(path: string): Schema & { readonly definitions: Definitions } {
  return JSON.parse(readFileSync(path, 'utf8')) as Schema & { readonly definitions: Definitions };
}
