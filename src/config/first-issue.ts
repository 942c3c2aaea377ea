/** The first of zod's complaints, in our words. */
import type * as z from 'zod';

export interface Issue {
  /** Of what it complains; empty: of the whole. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function firstIssue(error: z.ZodError): Issue {
  const [issue] = error.issues;
  if (issue === undefined) return { path: [], message: 'cannot be understood' };
  if (issue.code !== 'unrecognized_keys') return { path: issue.path, message: issue.message };
  const [key = ''] = issue.keys;
  const isOurs = !issue.message.startsWith('Unrecognized key');
  return { path: [...issue.path, key], message: isOurs ? issue.message : 'there is no such setting' };
}
