/** What is written down about each act of the afternoon: who does what, and what must come of it. */

export interface Deed {
  readonly who: string;
  /** kubectl's words; those with spaces in single quotes. Or `METHOD /path`, which curl sends. */
  readonly does: string;
  readonly stdin?: string;
  /** What kubectl opens for an edit; sed and the like. */
  readonly editor?: string;
  /** The client's name as the server learns it; default kubectl. */
  readonly program?: string;
  /** Of what curl sends as stdin. */
  readonly contentType?: string;
  /** It must not succeed. */
  readonly fails?: true;
  /** What the observer waits for before the next act, as kubectl's words: controllers act in their own time. */
  readonly until?: string;
}

/** Words are separated by spaces, unless within single quotes. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}
