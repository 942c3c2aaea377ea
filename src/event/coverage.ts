/**
 * How sure an answer is: what was read, what was not, and what could therefore be missing. Travels with every answer.
 */

export interface Gap {
  readonly code: GapCode;
  readonly text: string;
  readonly source: string | null;
}

/** A gap could hold a match: each makes the coverage incomplete and the exit status 3. */
export type GapCode =
  | 'source-unreadable'
  | 'log-starts-late'
  | 'budget'
  | 'cut-events'
  | 'unreadable-lines'
  | 'no-witness'
  | 'bodies-cut'
  | 'level-too-low'
  | 'generated-names'
  | 'unlogged'
  | 'outcome-unknown'
  | 'rows-bound'
  | 'memory-bound';

export interface Note {
  readonly code: string;
  readonly text: string;
}

export interface SourceCoverage {
  readonly name: string;
  /** RFC 3339; null when no event was read. */
  readonly from: string | null;
  readonly to: string | null;
  readonly bytes: number;
  /** In words: what the source filtered itself, and what was filtered here. */
  readonly pushed: string;
  readonly residual: string;
}

export interface Coverage {
  readonly complete: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly events: number;
  /** Outcome events read, not distinct IDs: memory stays flat. */
  readonly requests: number;
  readonly bytes: number;
  readonly unreadable: number;
  readonly witness: number | null;
  readonly gaps: readonly Gap[];
  /** `group/resource[/subresource]` of what was asked about → level → witness requests seen at that level. */
  readonly levels: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly sources: readonly SourceCoverage[];
}
