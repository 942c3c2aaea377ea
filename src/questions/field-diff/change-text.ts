/** A change in one line, for people: `spec.replicas 3 → 0`, `+ metadata.labels.tier web`, `- spec.paused true`. */
import { REDACTED } from '../../event/secret-names.ts';
import { briefPath } from './brief-path.ts';
import type { Change } from './redact-changes.ts';
import { valueText } from './value-text.ts';

/** Whole path, whole images; values are shortened when they are long. Escaping is the renderer's. */
export function changeText(change: Change): string {
  return textOf(change, change.path, change.before, change.after);
}

/**
 * For a table: without what stands before every path of a pod template, and of an image only the tag when that is all that
 * changed. As Array.map calls it: `among` are the changes that it stands beside.
 */
export function briefChangeText(
  change: Change,
  _index: number = 0,
  among: readonly Change[] = [change],
): string {
  const [before, after] = withoutRepository(change);
  return textOf(change, briefPath(change.path, among), before, after);
}

function textOf(change: Change, path: string, before: unknown, after: unknown): string {
  const { op, beforeKnown, afterKnown } = change;
  const name = path === '' ? '(the object)' : path;
  const was = beforeKnown ? hiddenText(change, before) : '?';
  const is = afterKnown ? hiddenText(change, after) : '?';
  if (op === 'add') return `+ ${name} ${is}`;
  if (op === 'remove') return beforeKnown ? `- ${name} ${was}` : `- ${name}`;
  if (was === HIDDEN || is === HIDDEN || (change.redacted && was === is)) return `${name} changed ${HIDDEN}`;
  return `${name} ${was} → ${is}`;
}

const HIDDEN = '(redacted)';

function hiddenText({ redacted }: Change, value: unknown): string {
  return redacted && value === REDACTED ? HIDDEN : valueText(value);
}

/** Of images of one repository, their tags; of all else, the values. */
function withoutRepository({ path, before, after }: Change): [unknown, unknown] {
  if (!/(?:^|\.)image$/.test(path) || typeof before !== 'string' || typeof after !== 'string')
    return [before, after];
  const [was, is] = [IMAGE.exec(before), IMAGE.exec(after)];
  if (was === null || is === null || was[1] !== is[1]) return [before, after];
  return [was[2] ?? was[3], is[2] ?? is[3]];
}

/** Repository, then `:tag` or `@sha256:…`; the colon of a port has a slash after it. */
const IMAGE = /^([^@]+?)(?::([\w.-]+)|(@[\w+.-]+:\w+))$/;
