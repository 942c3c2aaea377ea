/**
 * How many different texts there were, in bounded memory and whatever their order: the smallest hashes are kept (K minimum
 * values: Bar-Yossef et al., 2002). Exact below `K`; from there on within some 13 % (1/√(K-2)). What the texts were is not kept.
 */
const K = 64;
const HASHES = 2 ** 32;

export class Distinct {
  /** Ascending. */
  #hashes: number[] = [];

  add(text: string): void {
    const hash = hashOf(text);
    const last = this.#hashes.at(-1);
    if (this.#hashes.length >= K && last !== undefined && hash >= last) return;
    let at = this.#hashes.length;
    while (at > 0 && (this.#hashes[at - 1] ?? 0) > hash) at--;
    if (this.#hashes[at - 1] === hash) return;
    this.#hashes.splice(at, 0, hash);
    if (this.#hashes.length > K) this.#hashes.pop();
  }

  get size(): number {
    const last = this.#hashes.at(-1);
    if (this.#hashes.length < K || last === undefined) return this.#hashes.length;
    return Math.round(((K - 1) * HASHES) / Math.max(1, last));
  }
}

/** FNV-1a, with the end of MurmurHash3: evenly spread. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
