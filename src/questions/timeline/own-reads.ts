/**
 * Reads that only belong to a write: kubectl looks before it patches, and waits until what it deleted is gone. They are rows,
 * but a table for people leaves them out and counts them.
 */
import type { Note } from '../../event/coverage.ts';
import { READS, WRITES } from '../../query/words.ts';
import { thingKey, thingOf } from '../cause-chain/thing.ts';
import type { Fact } from '../fact/fact.ts';
import type { TimelineRow } from './timeline-row.ts';
import type { Node } from './tree.ts';

/** A client looks just before it writes, and waits for minutes at most. */
const BEFORE_US = 5 * 1_000_000;
const AFTER_US = 60 * 1_000_000;

/** `rows`: of the nodes, in their order. */
export function ownReads(nodes: readonly Node[], rows: readonly TimelineRow[]): ReadonlySet<TimelineRow> {
  const writes = new Map<string, number[]>();
  for (const { fact } of nodes) {
    const key = clientKey(fact);
    if (key === null || !(WRITES as readonly string[]).includes(fact.row.did.verb)) continue;
    writes.set(key, [...(writes.get(key) ?? []), fact.atUs]);
  }
  const parents = new Set(nodes.map(({ parent }) => parent?.node));
  const aside = new Set<TimelineRow>();
  for (const [n, node] of nodes.entries()) {
    const row = rows[n];
    if (row === undefined || parents.has(node) || !isRead(node.fact)) continue;
    const key = clientKey(node.fact);
    const times = key === null ? [] : (writes.get(key) ?? []);
    const { atUs } = node.fact;
    if (times.some((us) => us >= atUs - AFTER_US && us <= atUs + BEFORE_US)) aside.add(row);
  }
  return aside;
}

export function ownReadsNote(count: number): Note {
  const which = count === 1 ? 'a read that belongs' : `${count} reads that belong`;
  const text = `${which} to a write by the same client (to look before, to wait after): not in the table; -o wide shows ${count === 1 ? 'it' : 'them'}`;
  return { code: 'own-reads', text };
}

/** Of main resources; what was refused is told always. */
function isRead({ row, target, effect }: Fact): boolean {
  const isPlain = target.subresource === null && effect !== 'refused';
  return isPlain && (READS as readonly string[]).includes(row.did.verb);
}

/** The same client on the same object. */
function clientKey(fact: Fact): string | null {
  const { who, from, with: agent } = fact.row;
  const thing = thingOf(fact) ?? watched(fact);
  return thing === null ? null : JSON.stringify([who.user, who.as, from.ip, agent, thingKey(thing)]);
}

/** `kubectl delete` waits by a list and a watch of this one name. */
function watched({ target, fieldSelector }: Fact): Parameters<typeof thingKey>[0] | null {
  const name = /^metadata\.name=([^,=!]+)$/.exec(fieldSelector ?? '')?.[1];
  if (name === undefined || target.resource === null) return null;
  return { group: target.group ?? '', resource: target.resource, namespace: target.namespace, name };
}
