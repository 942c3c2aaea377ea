/** What several readers of one source found, as one. */
import type { Findings } from './source.ts';

export type FollowedFindings = Pick<Findings, 'gaps' | 'notes'>;

export function joined(all: readonly FollowedFindings[]): FollowedFindings {
  return { gaps: all.flatMap(({ gaps }) => gaps), notes: all.flatMap(({ notes }) => notes) };
}

/** `followed`: null while nothing is. */
export function withFollowed(read: Findings, followed: { findings(): FollowedFindings } | null): Findings {
  return followed === null ? read : { ...read, ...joined([read, followed.findings()]) };
}
