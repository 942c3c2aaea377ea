/** What is known around one request when its turn comes, and what came of it. */
import { type BodyType, bodyType } from './body-type.ts';
import type { Place } from './lives.ts';
import type { Logged } from './logged.ts';
import type { Ownership } from './ownership.ts';
import { objectOf } from './states.ts';
import type { Json, ObjectId, State, Step } from './step.ts';
import type { Types } from './types.ts';

export interface Situation {
  readonly id: ObjectId;
  readonly types: Types;
  readonly logged: Logged;
  readonly place: Place;
  /** How it stood before. */
  readonly state: State;
  readonly ownership: Ownership | null;
  /** The next thing that shows the object, if nothing can have changed more than its status meanwhile. */
  shownNext(): Json | null;
  /** Other writes that were under way at the same time, and may have come first, although they stand later, or the reverse. */
  rivals(): readonly Rival[];
}

export interface Rival {
  readonly logged: Logged;
  /** How the object stood before it, when it stands earlier. */
  readonly before: State | null;
}

export interface Change {
  readonly kind: Step['kind'];
  readonly after: State;
  /** Better than what was known of it; left out: the same. */
  readonly before?: State;
  readonly ownership: Ownership | null;
  readonly noOp: boolean;
}

/** Of which type the object is, as far as what is known around the request tells. */
export function typeAround({ id, logged, state }: Pick<Situation, 'id' | 'logged' | 'state'>): BodyType {
  const { head, bodies } = logged;
  const request = head.verb.startsWith('delete') ? null : bodies.request;
  return bodyType(id, head.apiVersion, objectOf(state), bodies.answer, request);
}
