/** What editors are told of the configuration file is what the program holds it against. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configuredStore } from '../../src/commands/open-stores.ts';
import { CONFIG_SCHEMA_URL } from '../../src/config/config-schema-url.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { STORE_KINDS } from '../../src/sources/registry.ts';

const schema = JSON.parse(readFileSync('docs/config.schema.json', 'utf8')) as { $id: string };
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

/** Null: it is valid. */
function mistakesOf(document: unknown): string | null {
  return validate(document) ? null : JSON.stringify(validate.errors);
}

/** As the program opens it: the whole file, and each source's settings by its kind. */
async function refusal(document: unknown): Promise<string | null> {
  try {
    const config = parseConfig(JSON.stringify(document), 'config.yaml');
    for (const source of config.sources.values()) await configuredStore(source);
    return null;
  } catch (error) {
    return String(error);
  }
}

interface Example {
  readonly of: string;
  readonly document: Record<string, unknown>;
}

/** Whole files, lists of sources, and settings of one source. */
const examples: readonly Example[] = readdirSync('docs/sources').flatMap((page) => {
  const blocks = readFileSync(`docs/sources/${page}`, 'utf8').matchAll(/```yaml\n(.*?)```/gs);
  return [...blocks].flatMap(([, text = ''], at) => {
    const document = parse(text) as Record<string, unknown>;
    return variantsOf(document).map((variant) => ({ of: `${page} ${at + 1}`, document: variant }));
  });
});

function variantsOf(document: Record<string, unknown>): Record<string, unknown>[] {
  if ('version' in document) return [document];
  if ('sources' in document) return [{ version: 1, ...document }];
  // Alternatives are shown below one another.
  return Object.entries(document.auth ?? { none: undefined }).map(([way, means]) => {
    const auth = means === undefined ? {} : { auth: { [way]: means } };
    const settings = { type: 'victorialogs', url: 'https://logs.corp:9428', ...document, ...auth };
    return { version: 1, sources: { a: settings } };
  });
}

describe('docs/config.schema.json', () => {
  it('has each kind, and examples of each', () => {
    const shown = new Set(
      examples.flatMap(({ document }) =>
        Object.values(document.sources as Record<string, { type: string }>).map(({ type }) => type),
      ),
    );
    const alike: Readonly<Record<string, string>> = { elasticsearch: 'opensearch' };
    for (const kind of STORE_KINDS) expect(shown).toContain(alike[kind] ?? kind);
  });

  it.each(examples)('holds for the example of $of', async ({ document }) => {
    expect(mistakesOf(document)).toBeNull();
    expect(await refusal(document)).toBeNull();
  });

  const prod = { type: 'victorialogs', url: 'https://logs.corp:9428' };
  const secret = { env: 'P' };
  it.each([
    ['no version', { sources: { prod } }],
    ['another version', { version: 2, sources: { prod } }],
    ['a word that means nothing', { version: 1, source: { prod } }],
    ['a kind that is not there', { version: 1, sources: { prod: { ...prod, type: 'loke' } } }],
    ['a setting of another kind', { version: 1, sources: { prod: { ...prod, bucket: 'b' } } }],
    ['a setting of another type', { version: 1, sources: { prod: { ...prod, account: 'a' } } }],
    ['a setting that is missing', { version: 1, sources: { prod: { type: 'victorialogs' } } }],
    ['a URL that is none', { version: 1, sources: { prod: { ...prod, url: 'logs.corp:9428' } } }],
    ['a URL with a password', { version: 1, sources: { prod: { ...prod, url: 'https://u:p@logs.corp' } } }],
    ['a secret itself', { version: 1, sources: { prod: { ...prod, auth: { bearer: 's3cr3t' } } } }],
    ['two logins', { version: 1, sources: { prod: { ...prod, auth: { bearer: secret, apiKey: secret } } } }],
    [
      'a certificate without its key',
      { version: 1, sources: { prod: { ...prod, tls: { certificate: '/c' } } } },
    ],
    ['a time without its unit', { version: 1, sources: { prod: { ...prod, timeout: 60 } } }],
    ['a source that is called node', { version: 1, sources: { node: prod } }],
    ['an empty list', { version: 1, sources: { prod }, contexts: { lab: [] } }],
  ])('refuses, as the program does, %s', async (_, document) => {
    expect(await refusal(document)).not.toBeNull();
    expect(mistakesOf(document)).not.toBeNull();
  });

  it('is to be had where the repository is', () => {
    const { repository } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      repository: { url: string };
    };
    const [, name = ''] = /github\.com\/(.+)\.git$/.exec(repository.url) ?? [];
    expect(CONFIG_SCHEMA_URL).toBe(`https://raw.githubusercontent.com/${name}/main/docs/config.schema.json`);
    expect(schema.$id).toBe(CONFIG_SCHEMA_URL);
  });
});
