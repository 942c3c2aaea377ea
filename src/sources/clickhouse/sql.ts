/** What a query is put together of: names of columns, words of our own, and values, which never stand in its text. */

/** A name of a database, a table or a column. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A text that the program itself wrote; throws for any that looks otherwise. */
export function word(text: string): string {
  if (!/^[\w@./-]*$/.test(text)) throw new Error(`no word of ours: ${JSON.stringify(text)}`);
  return `'${text}'`;
}

/** The values of one query, which are sent beside it. https://clickhouse.com/docs/interfaces/http#cli-queries-with-parameters */
export class Values {
  readonly #values: string[] = [];

  text(value: string): string {
    return this.#add(escapedValue(value), 'String');
  }

  whole(value: bigint | number): string {
    return this.#add(String(value), 'Int64');
  }

  /** By their names, as they are sent. */
  get all(): readonly (readonly [name: string, value: string])[] {
    return this.#values.map((value, at) => [`v${at}`, value]);
  }

  #add(value: string, type: string): string {
    const known = this.#values.indexOf(value);
    const at = known >= 0 ? known : this.#values.push(value) - 1;
    return `{v${at}:${type}}`;
  }
}

/** As a parameter of type String is read: as a field of a TSV file is. */
export function escapedValue(text: string): string {
  return text.replaceAll(/[\\\t\n\r\0]/g, (sign) => ESCAPES[sign] ?? sign);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};
