/** The contract of a format: an answer → pieces of text. */
import type { Answer } from '../answer.ts';

export interface RenderOptions {
  /** Width of the terminal, or of what stands for one. */
  readonly columns: number;
  readonly isTTY: boolean;
  readonly color: boolean;
  readonly utc: boolean;
  /** IANA name. */
  readonly timeZone: string;
  readonly nowMs: number;
  readonly noHeaders: boolean;
  /** What follows `jsonpath=` or `custom-columns=`; null for the other formats. */
  readonly template: string | null;
}

export interface Renderer {
  /** No: the caller prints `coverageLines` on stderr. */
  readonly carriesCoverage: boolean;
  /** Pieces of any size; must end with a newline, but for jsonpath. Must escape every text it prints. */
  render(answer: Answer, options: RenderOptions): Iterable<string>;
}
