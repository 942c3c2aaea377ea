/** What became of an archive's objects: which gaps and notes that makes, and whether the whole reading has failed. */
import { UserError } from '../../errors.ts';
import type { Gap, Note } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import { FileCount } from '../rotated-logs/file-count.ts';
import { listOf, sizeOf } from '../rotated-logs/in-words.ts';
import type { Findings } from '../source.ts';
import type { Archive } from './archive.ts';
import type { ArchivePlan } from './plan-archive.ts';

export class ArchiveTally {
  readonly #archive: Archive;
  readonly #gaps: Gap[] = [];
  readonly #notes: Note[] = [];
  /** Why → keys. */
  readonly #unread = new Map<string, string[]>();
  readonly #asleep: string[] = [];
  readonly #counts: FileCount[] = [];
  #holdsEarlier = false;
  #failure: UserError | null = null;
  #failures = 0;

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  addPlan({ before, after, overBudget, read, hasEarlier, cutAfter }: ArchivePlan): void {
    this.#holdsEarlier = hasEarlier || before.length > 0 || overBudget.length > 0;
    if (cutAfter !== null) {
      const text = `only the first ${cutAfter} objects of ${this.#archive.name} were looked at: say a longer prefix`;
      this.#gap('budget', text);
    }
    if (read.length + overBudget.length + before.length + after.length === 0 && !hasEarlier)
      this.#notes.push({ code: 'store-empty', text: `${this.#archive.name} holds no object` });
    const newest = overBudget[0];
    if (newest === undefined) return;
    const bytes = overBudget.reduce((sum, object) => sum + object.bytes, 0);
    const reached = formatMicros(Math.ceil(newest.endsUs / 1e6) * 1e6).replace('.000000Z', 'Z');
    const text = `${this.#archive.name} was read back to ${reached} only; ${overBudget.length} objects (${sizeOf(bytes)}) from before it were not: --max-bytes; go on with --until ${reached}`;
    this.#gap('budget', text);
  }

  /** What of it was read counts. */
  addTrouble(key: string, why: string): void {
    const keys = this.#unread.get(why) ?? [];
    keys.push(key);
    this.#unread.set(why, keys);
  }

  addFailure(key: string, error: UserError): void {
    this.#failure ??= error;
    this.#failures++;
    // The object's own name stands before it anyway.
    this.addTrouble(key, error.message.replace(`"${key}" `, 'it '));
  }

  addAsleep(key: string): void {
    this.#asleep.push(key);
  }

  beginObject(key: string): FileCount {
    const count = new FileCount(this.#archive.name, key);
    this.#counts.push(count);
    return count;
  }

  addNote(note: Note): void {
    this.#notes.push(note);
  }

  /** All is read. Throws a UserError when nothing could be read, or none of it was an audit log. */
  end(): void {
    const hasEvents = this.#counts.some(({ events }) => events > 0);
    if (!hasEvents && this.#failure !== null && this.#failures === this.#counts.length) throw this.#failure;
    for (const [why, keys] of this.#unread)
      this.#gap('source-unreadable', `${listOf(keys)} could not be read to the end: ${why}`);
    this.#addSleepers();
    this.#addStrangers(hasEvents);
  }

  findings(): Findings {
    return {
      gaps: this.#gaps,
      notes: this.#notes,
      holdsEarlier: this.#holdsEarlier ? [this.#archive.name] : [],
    };
  }

  #addSleepers(): void {
    const [first] = this.#asleep;
    if (first === undefined) return;
    const text = `${listOf(this.#asleep)} lie in cold storage: ${this.#archive.restoreHint(first)}`;
    this.#gap('source-unreadable', text);
  }

  #addStrangers(hasEvents: boolean): void {
    const strange = this.#counts.filter(({ isStrange }) => isStrange);
    const [first] = strange;
    if (first === undefined) return;
    const text = `no audit event is in ${listOf(strange.map(({ name }) => name))}`;
    if (!hasEvents && this.#gaps.length === 0) {
      throw new UserError('AUDIT_NOT_AN_AUDIT_LOG', `${this.#archive.name}: ${text}`, {
        hint: 'say the prefix of the audit log, or look at what writes there',
      });
    }
    this.#notes.push({ code: 'no-audit-log', text });
  }

  #gap(code: Gap['code'], text: string): void {
    this.#gaps.push({ code, text, source: this.#archive.name });
  }
}
