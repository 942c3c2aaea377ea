/** What became of the logs: which gaps and notes that makes, and whether the whole reading has failed. */
import { UserError } from '../../errors.ts';
import type { Gap, GapCode, Note } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import type { FileCount } from '../rotated-logs/file-count.ts';
import { listOf, sizeOf } from '../rotated-logs/in-words.ts';
import type { Findings } from '../source.ts';
import type { Miss } from './find-logs.ts';
import type { LogPlan } from './log-plan.ts';
import type { NodeLog } from './node-log.ts';
import { sshLine } from './other-ways.ts';

export class NodeTally {
  readonly #calledAs: string;
  readonly #gaps: Gap[] = [];
  readonly #notes: Note[] = [];
  readonly #holdsEarlier = new Set<string>();
  readonly #files: FileCount[] = [];
  readonly #failures: { readonly log: NodeLog; readonly error: UserError }[] = [];

  constructor(calledAs: string) {
    this.#calledAs = calledAs;
  }

  addMiss({ node, error }: Miss): void {
    this.#gap('source-unreadable', `${node} was not read: ${error.message}`, node);
  }

  addPlan({ name, steps, skipped, troubles }: LogPlan): void {
    const before = skipped.filter(({ why }) => why === 'before the window');
    if (before.length > 0 || steps.some((step) => step.from > 0)) this.#holdsEarlier.add(name);
    if (before.length > 0) {
      const names = before.map((file) => file.name);
      this.#note('older-files', `${name}: from before the window, not read: ${listOf(names)}`);
    }
    for (const why of troubles) this.#gap('source-unreadable', `${name}: ${why}`, name);
  }

  /** The log breaks off there: `reachedUs` is how far back it was read, null when nothing was. */
  addFailure(log: NodeLog, name: string, error: UserError, reachedUs: number | null): void {
    this.#failures.push({ log, error });
    const read = reachedUs === null ? 'was not read' : `was read back to ${secondsOf(reachedUs)} only`;
    this.#gap('source-unreadable', `${name} ${read}: ${error.message}`, name);
  }

  addTrouble(name: string, file: string, why: string): void {
    this.#gap('source-unreadable', `${file} could not be read to its end: ${why}`, name);
  }

  /** `leftBytes` of it were not read. */
  addOverBudget(name: string, reachedUs: number | null, leftBytes: number, limit: string): void {
    const reached =
      reachedUs === null
        ? `${name} was not read (${sizeOf(leftBytes)})`
        : `${name} was read back to ${secondsOf(reachedUs)} only; ${sizeOf(leftBytes)} before it were not`;
    const goOn =
      reachedUs === null
        ? `--max-bytes ${roomFor(leftBytes)}`
        : `--until ${secondsOf(reachedUs)}, or all of it with --max-bytes ${roomFor(leftBytes)}`;
    this.#gap('budget', `${reached}: ${limit}; go on with ${goOn}`, name);
    this.#holdsEarlier.add(name);
  }

  addNote({ code, text }: Note): void {
    this.#note(code, text);
  }

  beginFile(count: FileCount): void {
    this.#files.push(count);
  }

  /** All is read. Throws a UserError when nothing could be read, or none of it was an audit log. */
  end(logs: number): void {
    const hasEvents = this.#files.some((file) => file.events > 0);
    const [failure] = this.#failures;
    if (!hasEvents && failure !== undefined && this.#failures.length >= logs) {
      throw withSshLine(failure.error, failure.log, this.#calledAs);
    }
    const strange = this.#files.filter((file) => file.isStrange);
    for (const file of strange) {
      const text = `${file.name} holds no audit event; it is ${file.kind}`;
      if (!hasEvents) throw new UserError('AUDIT_NOT_AN_AUDIT_LOG', text, { hint: NOT_A_LOG_HINT });
      this.#note('no-audit-log', text);
    }
  }

  findings(): Findings {
    return { gaps: this.#gaps, notes: this.#notes, holdsEarlier: [...this.#holdsEarlier] };
  }

  #gap(code: GapCode, text: string, source: string | null): void {
    if (!this.#gaps.some((gap) => gap.text === text)) this.#gaps.push({ code, text, source });
  }

  #note(code: string, text: string): void {
    if (!this.#notes.some((note) => note.text === text)) this.#notes.push({ code, text });
  }
}

const NOT_A_LOG_HINT =
  'the API server writes its audit log where its flag --audit-log-path says: --log-path takes that path';

/** The way that is always left, behind the mend that the error has of its own. */
export function withSshLine(error: UserError, log: NodeLog, calledAs: string): UserError {
  const line = sshLine(log, calledAs);
  return new UserError(error.code, error.message, {
    hint: error.hint === undefined ? line : `${error.hint}; or ${line}`,
    cause: error,
  });
}

/** Rounded up, so that an --until with it misses nothing. */
function secondsOf(us: number): string {
  return formatMicros(Math.ceil(us / 1e6) * 1e6).replace('.000000Z', 'Z');
}

function roomFor(bytes: number): string {
  return `${Math.ceil(bytes / 1e9) + 2}GB`;
}
