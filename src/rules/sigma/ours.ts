/** Which documents of Sigma files are about Kubernetes' audit log. What is about others is not read any further: it may be anything. */
import { notesOfOthers, type OtherRule } from '../other-logs.ts';
import { Refusal, type Refusals } from '../refusal.ts';
import type { RuleNote } from '../rule.ts';
import type { Mapping } from '../yaml-tree.ts';
import { isAudit, type LogSource, logSourceText, readLogSource } from './about.ts';
import { mappingOf, type SigmaDocument, textOf, textsOf } from './documents.ts';

export interface Ours {
  readonly documents: readonly SigmaDocument[];
  readonly notes: readonly RuleNote[];
}

export function oursOf(documents: readonly SigmaDocument[], refusals: Refusals): Ours {
  const others: OtherRule[] = [];
  const notes: RuleNote[] = [];
  /** Ids and names of what takes no part → its title. */
  const left = new Map<string, string>();
  const leave = (document: SigmaDocument): null => {
    for (const name of namesOf(document.tree)) left.set(name, titleOf(document.tree));
    return null;
  };
  const standing = documents.filter((document) => {
    if (document.kind === 'correlation') return true;
    const source = refusals.attempt(() => readLogSource(document.tree, document.place));
    if (source === null) return leave(document) !== null;
    const { place } = document;
    if (!mayBeOurs(document, source)) {
      others.push({ title: titleOf(document.tree), log: logSourceText(source), place });
      return leave(document) !== null;
    }
    if (lenient(() => textOf(document.tree, 'status')?.text) !== 'unsupported') return true;
    notes.push({ text: `rule ${quotedTitle(document)} is unsupported, as its author says`, place });
    return leave(document) !== null;
  });
  const ours = withoutParts(standing, left, notes);
  return { documents: ours, notes: [...notesOfOthers(others, "Kubernetes' audit log"), ...notes] };
}

/** A filter may be of all logs. */
function mayBeOurs({ kind }: SigmaDocument, source: LogSource): boolean {
  if (kind === 'filter' && source.product === null && source.service === null) return true;
  return isAudit(source);
}

/** Correlations of what takes no part take none, nor do those that are made of them. */
function withoutParts(
  documents: readonly SigmaDocument[],
  left: Map<string, string>,
  notes: RuleNote[],
): readonly SigmaDocument[] {
  let standing = documents;
  for (;;) {
    const next = standing.filter((document) => {
      const part = partOf(document).find((name) => left.has(name));
      if (part === undefined) return true;
      const text = `rule ${quotedTitle(document)} takes no part, as ${JSON.stringify(left.get(part))} takes none`;
      notes.push({ text, place: document.place });
      for (const name of namesOf(document.tree)) left.set(name, titleOf(document.tree));
      return false;
    });
    if (next.length === standing.length) return next;
    standing = next;
  }
}

function partOf({ kind, tree }: SigmaDocument): readonly string[] {
  if (kind !== 'correlation') return [];
  const names = lenient(() => {
    const correlation = mappingOf(tree, 'correlation');
    return correlation === null ? [] : textsOf(correlation, 'rules').map(({ text }) => text.toLowerCase());
  });
  return names ?? [];
}

function namesOf(tree: Mapping): readonly string[] {
  return ['id', 'name'].flatMap((key) => lenient(() => textOf(tree, key)?.text.toLowerCase()) ?? []);
}

function titleOf(tree: Mapping): string {
  return lenient(() => textOf(tree, 'title')?.text.trim()) ?? '';
}

function quotedTitle({ tree }: SigmaDocument): string {
  return JSON.stringify(titleOf(tree));
}

/** What is wrong is told where it is read for good. */
function lenient<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
