/** The contract of a command: flags and wiring only. What it answers is a question's, how it looks a renderer's. */
import type { Io } from '../io.ts';
import type { FlagName, FlagValues } from './flags.ts';

export interface CommandSummary {
  readonly name: string;
  /** What stands after the name in usage. */
  readonly usage: string;
  readonly summary: string;
  /** The words it takes, for completion; an object may be two: a type and a name. */
  readonly takes: readonly ('verb' | 'object' | 'shell')[];
  readonly flags: readonly FlagName[];
  /** What to ask instead, for flags that others take and one may well expect here. */
  readonly instead?: Readonly<Partial<Record<FlagName, string>>>;
  /** What help explains after the flags: a heading, and terms with their meanings; null for nothing. */
  readonly terms: {
    readonly heading: string;
    readonly of: readonly (readonly [term: string, means: string])[];
  } | null;
  /** Sentence and command, without the name the program is called by. */
  readonly examples: readonly (readonly [sentence: string, command: string])[];
  load(): Promise<Command>;
}

export interface Command {
  /** Resolves to the exit status: 0 answered, 3 answered, but a gap could hold a match. Throws UserError. */
  run(words: readonly string[], flags: FlagValues, io: Io): Promise<number>;
}
