/** The formats, one entry each; their code is loaded when one is chosen. */
import { UserError } from '../errors.ts';
import { parseColumns } from './custom-columns-parse.ts';
import { parseTemplate } from './jsonpath-parse.ts';
import type { Renderer } from './renderer.ts';
import type { RowRenderer } from './row-renderer.ts';

export interface Format {
  readonly name: string;
  /** After `-o NAME`, for docs. */
  readonly summary: string;
  /** `NAME=TEMPLATE`. */
  readonly takesTemplate: boolean;
  /** Throws UserError AUDIT_BAD_TEMPLATE: before a log is read, which can take minutes. */
  check(template: string): void;
  load(): Promise<Renderer>;
  /** Row by row, while they are found (`--follow`). Null: it has to know all of them. */
  readonly loadRows: (() => Promise<RowRenderer>) | null;
}

export const FORMATS: readonly Format[] = [
  plain(
    'table',
    'a table that fits the terminal, with what was read and what to try next',
    async () => (await import('./table.ts')).table,
    async () => (await import('./table-rows.ts')).tableRows,
  ),
  plain(
    'wide',
    'the table with every column and nothing shortened, however wide',
    async () => (await import('./table.ts')).wide,
  ),
  plain(
    'json',
    'one document: rows, near misses, notes, next, coverage',
    async () => (await import('./json.ts')).json,
  ),
  plain(
    'jsonl',
    'a row a line; the last line is of kind AnswerEnd and has the rest',
    async () => (await import('./json.ts')).jsonl,
    async () => (await import('./json.ts')).jsonlRows,
  ),
  plain('yaml', 'the same document in YAML', async () => (await import('./yaml.ts')).yaml),
  plain(
    'csv',
    'every column; coverage follows in lines that begin with #',
    async () => (await import('./csv.ts')).csv,
    async () => (await import('./csv.ts')).csvRows,
  ),
  plain('markdown', 'a table for a ticket', async () => (await import('./markdown.ts')).markdown),
  plain(
    'html',
    'one page that needs nothing else, no scripts either; a timeline is drawn',
    async () => (await import('./html.ts')).html,
  ),
  plain(
    'name',
    "each row's object, as kubectl takes it",
    async () => (await import('./name.ts')).name,
    async () => (await import('./name.ts')).nameRows,
  ),
  template(
    'jsonpath',
    "kubectl's JSONPath over the document: jsonpath='{.rows[*].who.user}'",
    parseTemplate,
    async () => (await import('./jsonpath.ts')).jsonpath,
  ),
  template(
    'custom-columns',
    'columns of your own over the rows: custom-columns=WHO:.who.user,CODE:.result.code',
    parseColumns,
    async () => (await import('./custom-columns.ts')).customColumns,
  ),
  plain(
    'sarif',
    'SARIF 2.1.0, for code hosts and CI: what detect found, with its rules',
    async () => (await import('./sarif.ts')).sarif,
  ),
  plain(
    'raw',
    "the rows' audit events, redacted, one JSON a line",
    async () => (await import('./raw.ts')).raw,
    async () => (await import('./raw.ts')).rawRows,
  ),
];

export interface ChosenFormat {
  readonly name: string;
  readonly template: string | null;
  load(): Promise<Renderer>;
  readonly loadRows: Format['loadRows'];
}

/** What follows -o. */
export function parseFormat(text: string): ChosenFormat {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const format = FORMATS.find((known) => known.name === name);
  if (format === undefined || (equals !== -1 && !format.takesTemplate)) {
    throw new UserError(
      'AUDIT_BAD_FORMAT',
      `unable to match a printer suitable for the output format "${text}"`,
      {
        hint: `allowed formats are: ${formatNames().join(', ')}`,
      },
    );
  }
  const found = equals === -1 ? '' : text.slice(equals + 1);
  if (format.takesTemplate && found === '') {
    throw new UserError('AUDIT_BAD_TEMPLATE', `-o ${name} needs a template`, {
      hint: EXAMPLES[name] ?? `-o ${name}=…`,
    });
  }
  format.check(found);
  const { load, loadRows } = format;
  return { name, template: format.takesTemplate ? found : null, load, loadRows };
}

export function formatNames(): string[] {
  return FORMATS.map((format) => (format.takesTemplate ? `${format.name}=` : format.name));
}

const EXAMPLES: Readonly<Record<string, string>> = {
  jsonpath: "-o jsonpath='{.rows[*].who.user}'",
  'custom-columns': '-o custom-columns=WHEN:.when,WHO:.who.user',
};

function plain(
  name: string,
  summary: string,
  load: () => Promise<Renderer>,
  loadRows: Format['loadRows'] = null,
): Format {
  return { name, summary, takesTemplate: false, check: () => undefined, load, loadRows };
}

function template(
  name: string,
  summary: string,
  check: (template: string) => void,
  load: () => Promise<Renderer>,
): Format {
  return { name, summary, takesTemplate: true, check, load, loadRows: null };
}
