/** CustomResourceDefinitions as the log holds them, for the schemas in them. Their text is long (a megabyte some): kept deflated. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AuditEvent } from '../../event/event.ts';
import { at, text } from '../fact/body.ts';
import { schemaFromCrd } from '../schema/from-openapi.ts';
import type { Schema } from '../schema/schema.ts';

interface Kept {
  readonly kind: string | null;
  readonly atUs: number;
  readonly packed: Buffer;
}

/** Of all together, packed; a hundred CRDs take 3 MB. */
const MAX_BYTES = 16 * 1024 * 1024;

export class CrdsSeen {
  /** By `plural.group`, a CRD's name. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** The newest of each counts, in whatever order they come. */
  add({ responseObject, requestObject, receivedUs }: AuditEvent): void {
    const crd = isCrd(responseObject) ? responseObject : isCrd(requestObject) ? requestObject : null;
    if (crd === null || this.#bytes > MAX_BYTES) return;
    const name = `${at(crd, 'spec', 'names', 'plural')}.${at(crd, 'spec', 'group')}`;
    const atUs = receivedUs ?? 0;
    if ((this.#kept.get(name)?.atUs ?? Number.NEGATIVE_INFINITY) >= atUs) return;
    const spec = { versions: at(crd, 'spec', 'versions'), validation: at(crd, 'spec', 'validation') };
    const packed = Buffer.from(deflateRawSync(JSON.stringify({ spec }), { level: 1 }));
    this.#bytes += packed.length - (this.#kept.get(name)?.packed.length ?? 0);
    this.#kept.set(name, { kind: text(at(crd, 'spec', 'names', 'kind')), atUs, packed });
  }

  has(group: string, plural: string): boolean {
    return this.#kept.has(`${plural}.${group}`);
  }

  /** Null: the log does not hold its definition. */
  schemaOf(group: string, plural: string, version: string): Schema | null {
    const kept = this.#kept.get(`${plural}.${group}`);
    return kept === undefined
      ? null
      : schemaFromCrd(JSON.parse(inflateRawSync(kept.packed).toString('utf8')), version);
  }

  /** The plural of the kind. */
  pluralOf(group: string, kind: string): string | null {
    for (const [name, kept] of this.#kept)
      if (kept.kind === kind && name.endsWith(`.${group}`) && !name.slice(0, -group.length - 1).includes('.'))
        return name.slice(0, -group.length - 1);
    return null;
  }
}

/** A patch that was asked for, or a Status, defines nothing. */
function isCrd(body: unknown): boolean {
  return (
    text(at(body, 'spec', 'group')) !== null &&
    text(at(body, 'spec', 'names', 'plural')) !== null &&
    text(at(body, 'spec', 'names', 'kind')) !== null
  );
}
