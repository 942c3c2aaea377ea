/** Files of one log that were read, or need not be: told by their first bytes, and by names that are given only once. */
import type { Rotation } from './rotation.ts';
import { isSameHead } from './tail.ts';

/** Listings in a row without a file that begins so, after which its beginning is forgotten. */
const MOST_UNSEEN = 8;

export class KnownFiles {
  readonly #names = new Set<string>();
  readonly #heads: { readonly head: Buffer; unseen: number }[] = [];

  /** By its name alone: a stamped name is never given to another file, compressed or not. */
  hasName(name: string, { stampUs }: Rotation): boolean {
    return stampUs !== null && this.#names.has(plainName(name));
  }

  has(head: Uint8Array): boolean {
    return this.#find(head) !== undefined;
  }

  /** `rotation`: of its name; null when it bears a name that others will bear. */
  add(name: string, rotation: Rotation | null, head: Uint8Array): void {
    if (rotation !== null && rotation.stampUs !== null) this.#names.add(plainName(name));
    const known = this.#find(head);
    if (known !== undefined) known.unseen = 0;
    else if (head.length > 0) this.#heads.push({ head: Buffer.from(head), unseen: 0 });
  }

  /** After all files of the log have been looked at; `names`: theirs. So that following for months does not add up. */
  listed(names: readonly string[]): void {
    const present = new Set(names.map(plainName));
    for (const name of this.#names) if (!present.has(name)) this.#names.delete(name);
    for (const each of this.#heads) each.unseen++;
    const kept = this.#heads.filter((each) => each.unseen <= MOST_UNSEEN);
    this.#heads.splice(0, this.#heads.length, ...kept);
  }

  #find(head: Uint8Array) {
    return this.#heads.find((each) => isSameHead(each.head, head));
  }
}

export function plainName(name: string): string {
  return name.replace(/\.(?:gz|zst|zstd)$/, '');
}
