/** What custom types have that their objects do not say: a status of its own, and where a Scale stands. By CRDs in the log, and by use. */
import type { AuditRequest } from '../../event/request.ts';
import { isBuiltInType } from '../schema/built-in.ts';
import type { Schema, TypeName } from '../schema/schema.ts';
import { bodyType } from './body-type.ts';
import { at, isList } from './json-tree.ts';
import type { ObjectId } from './step.ts';
import type { Types } from './types.ts';

interface CustomType {
  hasStatus: boolean;
  /** By a CRD: what is not said there is not so. */
  isDefined: boolean;
  replicasPath: readonly string[] | null;
  atUs: number;
}

export class CustomTypes {
  readonly #types = new Map<string, CustomType>();

  add({ event }: AuditRequest): void {
    const code = event.responseStatus?.code ?? 0;
    const ref = event.objectRef;
    if (ref === null || code < 200 || code > 299) return;
    if (ref.subresource === 'status') this.#typeOf(ref.group, ref.resource).hasStatus = true;
    if (ref.resource === 'customresourcedefinitions')
      this.#define(event.responseObject ?? event.requestObject, event.receivedUs ?? 0);
  }

  of(schemaOf: (type: TypeName) => Schema): Types {
    return {
      schemaOf,
      hasStatus: ({ group, resource }) => {
        const type = this.#types.get(`${group}/${resource}`);
        return type?.hasStatus === true ? true : type?.isDefined === true ? false : null;
      },
      replicasPath: (id) => this.#replicasPath(id),
    };
  }

  #replicasPath(id: ObjectId): readonly string[] | null {
    if (isBuiltInType(bodyType(id, ''))) return REPLICAS;
    return this.#types.get(`${id.group}/${id.resource}`)?.replicasPath ?? null;
  }

  #define(crd: unknown, atUs: number): void {
    const group = at(crd, 'spec', 'group');
    const resource = at(crd, 'spec', 'names', 'plural');
    const versions = at(crd, 'spec', 'versions');
    if (typeof group !== 'string' || typeof resource !== 'string' || !isList(versions)) return;
    const type = this.#typeOf(group, resource);
    if (type.isDefined && type.atUs > atUs) return;
    type.isDefined = true;
    type.atUs = atUs;
    const paths = versions.map((version) => at(version, 'subresources', 'scale', 'specReplicasPath'));
    const [path] = new Set(paths.filter((one) => typeof one === 'string'));
    type.replicasPath = path === undefined ? null : path.split('.').filter((name) => name !== '');
    type.hasStatus ||= versions.some((version) => at(version, 'subresources', 'status') !== undefined);
  }

  #typeOf(group: string, resource: string): CustomType {
    const key = `${group}/${resource}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const type: CustomType = { hasStatus: false, isDefined: false, replicasPath: null, atUs: 0 };
    if (this.#types.size < MAX_TYPES) this.#types.set(key, type);
    return type;
  }
}

const REPLICAS: readonly string[] = ['spec', 'replicas'];
/** Names come from requests: a cluster has some hundreds. */
const MAX_TYPES = 10_000;
