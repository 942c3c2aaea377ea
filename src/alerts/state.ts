/**
 * What outlives a run: how far the logs were read, which findings were taken in, which alerts stand and which are owed. Always one
 * moment of all of it, so that whatever kills us, the next run neither misses nor repeats.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { type Kept, readKept, writeKept } from '../config/kept-file.ts';
import { UserError } from '../errors.ts';
import { SEVERITIES } from '../rules/rule.ts';
import type { Book, BookRecord } from './book.ts';
import type { ReadMarks } from './read-marks.ts';
import type { SeenFindings } from './seen-findings.ts';

export interface Remembered {
  readonly marks: ReadMarks;
  readonly seen: SeenFindings;
  readonly book: Book;
  /** Where the logs stood when the first run began; microseconds. Null: there was nothing in them. */
  beganUs: number | null;
  /** What was in them by then is known, and nobody was told of it. */
  isPrimed: boolean;
}

const KEPT: Kept = {
  code: 'AUDIT_BAD_STATE',
  what: 'a state of watch',
  danger: 'whoever wrote it decides what you are told',
  hints: {
    make: 'name another file with --state',
    place: 'name a file in a folder that is yours: --state ~/.local/state/kubectl-audit/watch.json',
  },
};

const text = z.string().nullable();
const findingSchema = z.looseObject({
  rule: z.string(),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  pack: z.string(),
  tags: z.array(z.string()),
  who: z.looseObject({ user: text, as: text }).nullable(),
  object: z
    .looseObject({ group: text, resource: text, subresource: text, namespace: text, name: text })
    .nullable(),
  from: z.looseObject({
    top: z.array(z.looseObject({ ip: z.string(), count: z.number() })),
    distinct: z.number(),
  }),
  count: z.number(),
  first: text,
  last: text,
  why: z.string(),
  detail: text,
  show: z.string(),
  auditIDs: z.array(z.string()),
});
const alertSchema = z.strictObject({
  fingerprint: z.string(),
  finding: findingSchema,
  beganMs: z.number(),
  foundMs: z.number(),
});
const stateSchema = z.strictObject({
  kind: z.literal('WatchState'),
  version: z.literal(1),
  /** Which of two is later: milliseconds since the epoch, and never less than before. */
  moment: z.number(),
  beganUs: z.number().nullable(),
  isPrimed: z.boolean(),
  marks: z.strictObject({
    logs: z.record(z.string(), z.number()),
    disorderUs: z.number(),
    declared: z.array(z.string()),
  }),
  seen: z.array(z.tuple([z.string(), z.number()])),
  alerts: z.array(
    z.strictObject({
      alert: alertSchema,
      told: z.record(z.string(), z.number()),
      owed: z.array(z.string()),
    }),
  ),
});

/** Beside it: as it was after the last message, which need not have reached the disk. What kills a process takes nothing from it. */
const RECENT = '.recent';

/** Alerts that were owed to receivers that there are no longer, by receiver; null: there is no state yet. Throws AUDIT_BAD_STATE. */
export async function restoreState(
  path: string,
  into: Remembered,
): Promise<ReadonlyMap<string, number> | null> {
  const written = await readKept(path, KEPT);
  if (written === null) return null;
  const durable = decoded(written, path);
  const recent = await recentState(path);
  const isRecent = recent !== null && recent.moment > durable.moment && recent.beganUs === durable.beganUs;
  const { beganUs, isPrimed, marks, seen, alerts } = isRecent ? recent : durable;
  into.isPrimed = isPrimed;
  into.beganUs = beganUs;
  into.marks.restore(marks);
  into.seen.restore(seen);
  return into.book.restore(alerts as readonly BookRecord[]);
}

/** Null: there is none, or the machine lost it half-written. */
async function recentState(path: string): Promise<z.infer<typeof stateSchema> | null> {
  try {
    const written = await readKept(`${path}${RECENT}`, KEPT);
    return written === null ? null : decoded(written, path);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function decoded(written: string, path: string): z.infer<typeof stateSchema> {
  try {
    return stateSchema.parse(JSON.parse(written));
  } catch (cause) {
    throw new UserError(
      'AUDIT_BAD_STATE',
      `${JSON.stringify(path)} is no state of watch, or of another version`,
      {
        hint: `name another file; or remove it: what was written while nobody watched is then read with --since`,
        cause,
      },
    );
  }
}

/** Writes one moment after the other; what is asked for while it is written is written together. */
export class StateFile {
  readonly #path: string;
  readonly #of: Remembered;
  readonly #now: () => number;
  #writing: Promise<void> | null = null;
  #next: { readonly done: Promise<void>; isDurable: boolean } | null = null;
  /** As we left it. */
  #ours: string | null = null;
  #moment = 0;

  constructor(path: string, of: Remembered, now: () => number) {
    this.#path = path;
    this.#of = of;
    this.#now = now;
  }

  /**
   * Resolves when all that is so by now is kept: on disk; or, in a tenth of the time, where nothing but the machine's end can take it
   * (`isDurable` false). Rejects with AUDIT_BAD_STATE.
   */
  keep(isDurable = true): Promise<void> {
    if (this.#next !== null) {
      this.#next.isDurable ||= isDurable;
      return this.#next.done;
    }
    if (this.#writing === null) return this.#begin(isDurable);
    const next = { done: Promise.resolve(), isDurable };
    next.done = this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#begin(next.isDurable);
      });
    this.#next = next;
    return next.done;
  }

  #begin(isDurable: boolean): Promise<void> {
    const writing = this.#write(isDurable).finally(() => {
      if (this.#writing === writing) this.#writing = null;
    });
    this.#writing = writing;
    return writing;
  }

  async #write(isDurable: boolean): Promise<void> {
    const whole = JSON.stringify(this.#state());
    if (!isDurable) return await writeKept(`${this.#path}${RECENT}`, whole, KEPT, false);
    await this.#refuseAnother();
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeKept(this.#path, whole, KEPT);
    this.#ours = await identityOf(this.#path);
  }

  #state(): z.infer<typeof stateSchema> {
    const { marks, seen, book, beganUs, isPrimed } = this.#of;
    const { resumeUs } = marks;
    if (resumeUs !== null) seen.prune(resumeUs);
    this.#moment = Math.max(this.#moment + 1, this.#now());
    const { declared, ...record } = marks.record();
    return {
      ...{ kind: 'WatchState', version: 1, moment: this.#moment, beganUs, isPrimed },
      marks: { ...record, declared: [...declared] },
      seen: seen.record().map(([key, us]) => [key, us]),
      alerts: book.records() as z.infer<typeof stateSchema>['alerts'],
    };
  }

  /** Two that write the same file would each undo what the other has done. */
  async #refuseAnother(): Promise<void> {
    if (this.#ours === null || (await identityOf(this.#path)) === this.#ours) return;
    throw new UserError('AUDIT_BAD_STATE', `${JSON.stringify(this.#path)} is written by somebody else too`, {
      hint: 'one watch for each state: name another file with --state, or end the other one',
    });
  }
}

/** Null: it is gone, and is made anew. */
async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.ino} ${found.mtimeNs}`;
}
