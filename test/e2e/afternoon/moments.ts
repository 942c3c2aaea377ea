/** What was so at which moment, for certain: what two snapshots in a row agree on, when no request was under way about it. */
import { isOfTheAfternoon, type ObjectKey, type Snapshot } from './recording.ts';

export interface Moment extends ObjectKey {
  readonly atUs: number;
  /** Null: there was none of that name. */
  readonly object: Readonly<Record<string, unknown>> | null;
}

/** The part of an event that is looked at here. */
export interface WriteEvent {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

/** Those of each object together, in order of time. */
export function momentsOf(
  snapshots: readonly Snapshot[],
  events: readonly WriteEvent[],
): readonly (readonly Moment[])[] {
  const spans = events.filter(({ verb }) => !READING.has(verb)).map(spanOf);
  const writes = Map.groupBy(spans, ({ resource }) => resource);
  const busy = (key: ObjectKey, atUs: number) =>
    (writes.get(key.resource) ?? []).some((span) => isUnderWay(span, atUs) && mayConcern(span, key));
  const seen = new Map<string, { key: ObjectKey; object: Moment['object']; moments: Moment[] }>();
  for (const key of allKeys(snapshots)) seen.set(textOf(key), { key, object: null, moments: [] });
  for (const [at, { atUs, changed }] of snapshots.entries()) {
    const moving = new Set(changed.map(textOf));
    for (const [text, { key, object, moments }] of seen) {
      if (at > 0 && !moving.has(text) && !busy(key, atUs)) moments.push({ ...pick(key), atUs, object });
    }
    for (const one of changed) {
      const known = seen.get(textOf(one));
      if (known !== undefined) known.object = one.object;
    }
  }
  return [...seen.values()].map(({ moments }) => moments);
}

const READING = new Set(['get', 'list', 'watch']);

function allKeys(snapshots: readonly Snapshot[]): readonly ObjectKey[] {
  return snapshots.flatMap(({ changed }) => changed).filter(isOfTheAfternoon);
}

function pick({ group, resource, namespace, name }: ObjectKey): ObjectKey {
  return { group, resource, namespace, name };
}

function textOf({ group, resource, namespace, name }: ObjectKey): string {
  return JSON.stringify([group, resource, namespace, name]);
}

interface Span {
  readonly resource: string;
  /** Empty: any. */
  readonly namespace: string;
  readonly name: string;
  readonly fromUs: number;
  readonly untilUs: number;
}

function spanOf(event: WriteEvent): Span {
  const { resource = '', namespace = '', name = '' } = event.objectRef ?? {};
  const fromUs = microsOf(event.requestReceivedTimestamp);
  return { resource, namespace, name, fromUs, untilUs: microsOf(event.stageTimestamp) };
}

function isUnderWay({ fromUs, untilUs }: Span, atUs: number): boolean {
  return fromUs <= atUs && atUs < untilUs;
}

function mayConcern(span: Span, { namespace, name }: ObjectKey): boolean {
  return (
    (span.name === '' || span.name === name) &&
    (span.namespace === '' || span.namespace === (namespace ?? span.namespace))
  );
}

/** '2026-11-25T14:28:50.400123Z': Date knows milliseconds only. */
function microsOf(timestamp: string): number {
  const [, micros = ''] = /\.\d{3}(\d{0,3})/.exec(timestamp) ?? [];
  return Date.parse(timestamp) * 1000 + Number(micros.padEnd(3, '0'));
}
