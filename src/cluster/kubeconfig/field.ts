/** A value of a configuration file and where it stands, read as the type that it has to have. */
import type { UserError } from '../../errors.ts';

/** From the root: `['users', 0, 'user', 'token']`. */
export type FieldPath = readonly (string | number)[];

export class Field {
  readonly #value: unknown;
  readonly path: FieldPath;
  readonly #complain: (path: FieldPath, what: string) => UserError;

  /** `complain` words an error about a place. It must not quote the value: it may be a secret. */
  constructor(value: unknown, path: FieldPath, complain: (path: FieldPath, what: string) => UserError) {
    this.#value = value;
    this.path = path;
    this.#complain = complain;
  }

  get isAbsent(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** As it stands, whatever it is. */
  get raw(): unknown {
    return this.#value;
  }

  at(key: string): Field {
    const map = this.#map();
    return new Field(Object.hasOwn(map, key) ? map[key] : undefined, [...this.path, key], this.#complain);
  }

  /** '' when absent. */
  text(): string {
    if (this.isAbsent) return '';
    if (typeof this.#value !== 'string') throw this.error('must be text; put it in quotes');
    return this.#value;
  }

  flag(): boolean {
    if (this.isAbsent) return false;
    if (typeof this.#value !== 'boolean') throw this.error('must be true or false, without quotes');
    return this.#value;
  }

  /** Base64, as Go's encoding/base64 reads it: padded, line breaks passed over. Null when absent or empty. */
  bytes(): Uint8Array | null {
    const text = this.text().replaceAll(/[\r\n]/g, '');
    if (text === '') return null;
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw this.error('must be base64');
    return Buffer.from(text, 'base64');
  }

  items(): Field[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.#value)) throw this.error('must be a list');
    return this.#value.map((item, i) => new Field(item, [...this.path, i], this.#complain));
  }

  keys(): string[] {
    return Object.keys(this.#map());
  }

  error(what: string): UserError {
    return this.#complain(this.path, what);
  }

  #map(): Readonly<Record<string, unknown>> {
    if (this.isAbsent) return {};
    if (typeof this.#value !== 'object' || Array.isArray(this.#value)) throw this.error('must be a map');
    return this.#value as Readonly<Record<string, unknown>>;
  }
}
