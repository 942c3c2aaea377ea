/** Where in a YAML file things stand, for messages: `config.yaml:12:5`. Of the configuration, and of rule files. */
import { type Document, isMap, isNode, isPair, isScalar, type LineCounter } from 'yaml';
import type * as z from 'zod';
import { type ErrorCode, UserError } from '../errors.ts';
import { firstIssue } from './first-issue.ts';

export type KeyPath = readonly PropertyKey[];

export interface Places {
  /** From 1. */
  lineOf(path: KeyPath): number;
  /** The error about what stands there, or would. */
  refuse(path: KeyPath, message: string, hint?: string): UserError;
}

export function placesIn(
  document: Document,
  lines: LineCounter,
  file: string,
  code: ErrorCode = 'AUDIT_BAD_CONFIG',
): Places {
  return {
    lineOf: (path) => lines.linePos(offsetOf(document, path)).line,
    refuse(path, message, hint) {
      const { line, col } = lines.linePos(offsetOf(document, path));
      const where = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
      return new UserError(
        code,
        `${file}:${line}:${col}: ${where}${message}`,
        hint === undefined ? {} : { hint },
      );
    },
  };
}

/** The first of zod's complaints. `under`: where in the file stands what it complains of. */
export function refuseAt(error: z.ZodError, places: Places, under: KeyPath): UserError {
  const { path, message } = firstIssue(error);
  return places.refuse([...under, ...path], message);
}

/** Of a key that stands there; else of the nearest thing around it. */
function offsetOf(document: Document, path: KeyPath): number {
  let here: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (isMap(here)) {
      const pair = here.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      here = pair.value;
    } else {
      const item: unknown =
        isNode(here) && 'items' in here ? (here.items as unknown[])[Number(key)] : undefined;
      offset = startOf(item) ?? offset;
      here = item;
    }
  }
  return offset;
}

function startOf(node: unknown): number | null {
  return isNode(node) && node.range != null ? node.range[0] : null;
}
