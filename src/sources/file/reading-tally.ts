/** What became of the files: which gaps and notes that makes, and whether the whole reading has failed. */
import { type ErrorCode, UserError } from '../../errors.ts';
import type { Gap, GapCode, Note } from '../../event/coverage.ts';
import { FileCount } from '../rotated-logs/file-count.ts';
import { listOf, sizeOf } from '../rotated-logs/in-words.ts';
import type { Findings } from '../source.ts';
import type { Failure, Found } from './find-files.ts';
import type { ReadingStep } from './reading-list.ts';

export class ReadingTally {
  readonly #gaps: Gap[] = [];
  readonly #notes: Note[] = [];
  readonly #holdsEarlier = new Set<string>();
  readonly #files: FileCount[] = [];
  readonly #skipped: ReadingStep[] = [];
  readonly #refusals: UserError[] = [];

  addFound({ failures, skipped, limits }: Found): void {
    for (const text of limits) this.#gap('budget', text, null);
    for (const failure of failures) this.#gap('source-unreadable', failure.text, null);
    if (skipped.length === 0) return;
    this.#note('skipped-files', `${skipped.length} files that hold no audit events: ${listOf(skipped)}`);
  }

  addStep(step: ReadingStep): void {
    const { file, log, skip, part } = step;
    if (skip === 'before the window') this.#skipped.push(step);
    const isEarlier = part.from > 0 || (skip === 'before the window' && file.bytes > 0);
    if (isEarlier) this.#holdsEarlier.add(log);
    if (skip === 'over budget')
      this.#gap('budget', `"${file.name}" (${sizeOf(file.bytes)}) was not read: --max-bytes`, log);
  }

  /** What the window needs of a file, before `start`. */
  addUnread({ file, log, part }: ReadingStep, start: number): void {
    const which = part.from === 0 ? 'the first' : `from byte ${part.from} on`;
    this.#gap(
      'budget',
      `${which} ${sizeOf(start - part.from)} of "${file.name}" were not read: --max-bytes`,
      log,
    );
    if (start > 0) this.#holdsEarlier.add(log);
  }

  addOverBudget(log: string, file: string): void {
    this.#gap('budget', `"${file}" goes on beyond --max-bytes`, log);
  }

  addShrunk({ file, log }: ReadingStep, missingBytes: number): void {
    this.addTrouble(log, file.name, `it shrank by ${sizeOf(missingBytes)} while it was being read`);
  }

  addDamagedIndex(file: string): void {
    this.#note('damaged-index', `the index of "${file}" is damaged, or of another version, and was not used`);
  }

  addTrouble(log: string, file: string, why: string): void {
    this.#gap('source-unreadable', `"${file}" could not be read to its end: ${why}`, log);
  }

  addFailure(log: string, failure: Failure): void {
    this.#gap('source-unreadable', failure.text, log);
    const code: ErrorCode = failure.kind === 'not found' ? 'AUDIT_FILE_NOT_FOUND' : 'AUDIT_FILE_UNREADABLE';
    this.#refusals.push(new UserError(code, failure.text));
  }

  addRefusal(log: string, error: UserError): void {
    this.#gap('source-unreadable', error.message, log);
    this.#refusals.push(error);
  }

  /** `isKnown`: by other parts of it, as an audit log. */
  beginFile(log: string, file: string, isKnown: boolean): FileCount {
    const count = new FileCount(log, file, isKnown);
    this.#files.push(count);
    return count;
  }

  /** All files are read. Throws a UserError when nothing that could be an audit log was among them. */
  end(): void {
    if (this.#skipped.length > 0) {
      const names = this.#skipped.map((step) => step.file.name);
      this.#note('older-files', `from before the window, not read: ${listOf(names)}`);
    }
    const hasEvents = this.#files.some((file) => file.events > 0);
    const isAnyRead = this.#files.length > this.#refusals.length;
    const [refusal] = this.#refusals;
    if (!hasEvents && refusal !== undefined && !isAnyRead) throw refusal;
    for (const file of this.#files) {
      if (file.isEmpty) this.#note('empty-file', `"${file.name}" is empty`);
      else if (file.isStrange) this.#addStranger(file, hasEvents);
    }
  }

  addNote({ code, text }: Note): void {
    this.#note(code, text);
  }

  findings(): Findings {
    return { gaps: this.#gaps, notes: this.#notes, holdsEarlier: [...this.#holdsEarlier] };
  }

  #addStranger(file: FileCount, hasEvents: boolean): void {
    const text = `"${file.name}" holds no audit event; it is ${file.kind}`;
    if (!hasEvents) throw notAnAuditLog(file.name, file.kind);
    this.#note('no-audit-log', text);
  }

  #gap(code: GapCode, text: string, source: string | null): void {
    if (!this.#gaps.some((gap) => gap.text === text)) this.#gaps.push({ code, text, source });
  }

  #note(code: string, text: string): void {
    this.#notes.push({ code, text });
  }
}

export function notAnAuditLog(name: string, kind = 'something else'): UserError {
  return new UserError('AUDIT_NOT_AN_AUDIT_LOG', `"${name}" holds no audit event; it is ${kind}`, {
    hint: HINT,
  });
}

const HINT = 'the API server writes its audit log where --audit-log-path says, one JSON object a line';
