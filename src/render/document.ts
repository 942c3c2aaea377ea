/** The machine output's documents (PRODUCT §4): their keys, in their order. */
import type { Answer } from '../answer.ts';

export const API_VERSION = 'kubectl-audit/v1';

export function documentOf(answer: Answer): Record<string, unknown> {
  const { question, says, rows, nearMisses, notes, next, coverage } = answer;
  return { apiVersion: API_VERSION, kind: 'Answer', question, says, rows, nearMisses, notes, next, coverage };
}

/** The last line of jsonl: everything but the rows. */
export function endOf(answer: Answer): Record<string, unknown> {
  const { question, says, nearMisses, notes, next, coverage } = answer;
  return { apiVersion: API_VERSION, kind: 'AnswerEnd', question, says, nearMisses, notes, next, coverage };
}
