/** Words that come again and again, as numbers: verbs, managers, versions. What there are too many of stays a text. */

const MAX_NAMES = 5_000;

export class Names {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  of(name: string | null): number | string | null {
    if (name === null) return null;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#names.length >= MAX_NAMES) return name;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  text(name: number | string | null): string | null {
    return typeof name === 'number' ? (this.#names[name] ?? null) : name;
  }
}
