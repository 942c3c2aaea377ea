/** What was answered, whoever answered, in one form: so that it can be held against what another answered. */

/** Audit IDs, or groups with their counts. */
export type Answer = ReadonlyMap<string, number>;
export type AnswerKind = 'ids' | 'groups';

/** Of ours: the document of `-o json`. Throws for one with a gap, but that a log of a day tells nothing of the day before. */
export function ourAnswer(kind: AnswerKind, document: string): Answer {
  const { rows, coverage } = JSON.parse(document) as OurDocument;
  const gaps = coverage.gaps.filter(({ code }) => code !== 'log-starts-late');
  if (gaps.length > 0) throw new Error(`not whole: ${JSON.stringify(gaps)}`);
  return kind === 'ids'
    ? idsOf(rows.map(({ auditID }) => auditID ?? ''))
    : new Map(rows.map(({ group = {}, count = 0 }) => [Object.values(group).map(textOf).join('\t'), count]));
}

/** Of a peer: an ID a line; or a line a group, its count and then its fields, set apart by tabs. */
export function peerAnswer(kind: AnswerKind, stdout: string): Answer {
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (kind === 'ids') return idsOf(lines);
  return new Map(
    lines.map((line) => {
      const [, count, group] = /^\s*(\d+)[\t ](.*)$/s.exec(line) ?? [];
      if (count === undefined || group === undefined) throw new Error(`no count: ${line.slice(0, 200)}`);
      return [group, Number(count)];
    }),
  );
}

/** Throws unless both are the same: no time counts before. An answer of nothing proves nothing, and is no agreement. */
export function assertSame(ours: Answer, theirs: Answer, name: string): void {
  const said = `we and ${name} answer differently`;
  if (ours.size === 0 && theirs.size === 0) throw new Error(`${said}: both found nothing`);
  const keys = new Set([...ours.keys(), ...theirs.keys()]);
  const wrong = [...keys].filter((key) => ours.get(key) !== theirs.get(key));
  if (wrong.length === 0) return;
  const shown = wrong
    .slice(0, 3)
    .map((key) => `${key}: ${ours.get(key) ?? 'not'} against ${theirs.get(key) ?? 'not'}`);
  throw new Error(
    `${said}: ${ours.size} found against ${theirs.size}, ${wrong.length} differ (${shown.join('; ')})`,
  );
}

/** Each with how often it was said: a request that is told twice is not the same answer. */
function idsOf(ids: readonly string[]): Answer {
  const said = new Map<string, number>();
  for (const id of ids) said.set(id, (said.get(id) ?? 0) + 1);
  return said;
}

interface OurDocument {
  readonly rows: readonly {
    readonly auditID?: string;
    readonly group?: Readonly<Record<string, string | number | boolean | null>>;
    readonly count?: number;
  }[];
  readonly coverage: { readonly gaps: readonly { readonly code: string }[] };
}

function textOf(value: string | number | boolean | null): string {
  return value === null ? '' : String(value);
}
