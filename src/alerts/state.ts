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
  /** When the first run began; microseconds. */
  beganUs: number;
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
  beganUs: z.number(),
  marks: z.strictObject({ logs: z.record(z.string(), z.number()), disorderUs: z.number() }),
  seen: z.array(z.tuple([z.string(), z.number()])),
  alerts: z.array(
    z.strictObject({
      alert: alertSchema,
      told: z.record(z.string(), z.number()),
      owed: z.array(z.string()),
    }),
  ),
});

/** Alerts that were owed to receivers that there are no longer, by receiver; null: there is no state yet. Throws AUDIT_BAD_STATE. */
export async function restoreState(
  path: string,
  into: Remembered,
): Promise<ReadonlyMap<string, number> | null> {
  const written = await readKept(path, KEPT);
  if (written === null) return null;
  const { beganUs, marks, seen, alerts } = decoded(written, path);
  into.beganUs = beganUs;
  into.marks.restore(marks);
  into.seen.restore(seen);
  return into.book.restore(alerts as readonly BookRecord[]);
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
  #writing: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  /** As we left it. */
  #ours: string | null = null;

  constructor(path: string, of: Remembered) {
    this.#path = path;
    this.#of = of;
  }

  /** Resolves when all that is so by now is on disk. Rejects with AUDIT_BAD_STATE. */
  keep(): Promise<void> {
    if (this.#next !== null) return this.#next;
    if (this.#writing === null) return this.#begin();
    const after = this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#begin();
      });
    this.#next = after;
    return after;
  }

  #begin(): Promise<void> {
    const writing = this.#write().finally(() => {
      if (this.#writing === writing) this.#writing = null;
    });
    this.#writing = writing;
    return writing;
  }

  async #write(): Promise<void> {
    const { marks, seen, book, beganUs } = this.#of;
    const { resumeUs } = marks;
    if (resumeUs !== null) seen.prune(resumeUs);
    const state: z.infer<typeof stateSchema> = {
      ...{ kind: 'WatchState', version: 1, beganUs },
      marks: { ...marks.record() },
      seen: seen.record().map(([key, us]) => [key, us]),
      alerts: book.records() as z.infer<typeof stateSchema>['alerts'],
    };
    const whole = JSON.stringify(state);
    await this.#refuseAnother();
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeKept(this.#path, whole, KEPT);
    this.#ours = await identityOf(this.#path);
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
