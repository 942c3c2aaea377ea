/** What must be known of the type of an object to compute its states. */
import type { Schema, TypeName } from '../schema/schema.ts';
import type { ObjectId } from './step.ts';

export interface Types {
  schemaOf(type: TypeName): Schema;
  /** It has a status that is written by itself; null: not known. */
  hasStatus(id: ObjectId): boolean | null;
  /** Where a Scale's replicas stand in the object; null: not known. */
  replicasPath(id: ObjectId): readonly string[] | null;
}
