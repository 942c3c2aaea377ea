/** The head and the bodies of a logged request as text: short lists in JSON. */
import { type Bodies, type Fate, type Head, NO_BODIES, type Shows } from './logged.ts';
import type { Names } from './names.ts';
import { MAX_HEAD_BYTES, type PackedRecord } from './record.ts';

type Name = number | string | null;

type PackedHead = readonly [
  key: string,
  verb: Name,
  subresource: Name,
  effect: Name,
  code: number | null,
  /** 0: the object's first one. */
  uid: string | 0 | null,
  resourceVersion: string | null,
  shows: Name,
  fate: Name,
  version: Name,
  manager: Name,
  flags: number,
];

/** `firstUid`: of the object. */
export function packHead(head: Head, names: Names, firstUid: string | null): string {
  const packed: PackedHead = [
    head.key,
    names.of(head.verb),
    names.of(head.subresource),
    names.of(head.effect),
    head.code,
    head.uid !== null && head.uid === firstUid ? 0 : head.uid,
    head.resourceVersion,
    names.of(head.shows),
    names.of(head.fate),
    names.of(head.apiVersion),
    names.of(head.fieldManager),
    (head.rank << 1) | (head.saysForce ? 1 : 0),
  ];
  const text = JSON.stringify(packed);
  if (Buffer.byteLength(text) <= MAX_HEAD_BYTES) return text;
  // Only what clients choose can be as long as that.
  const [key, verb, , effect, code, uid, , shows, fate, , , flags] = packed;
  return JSON.stringify([key, verb, '?', effect, code, uid, null, shows, fate, '', null, flags]);
}

export function unpackHead(record: PackedRecord, names: Names, firstUid: string | null): Head {
  const [key, verb, subresource, effect, code, uid, resourceVersion, shows, fate, version, manager, flags] =
    JSON.parse(record.head.toString('utf8')) as PackedHead;
  return {
    key,
    atUs: record.atUs,
    endUs: record.endUs,
    verb: names.text(verb) ?? '',
    subresource: names.text(subresource),
    effect: (names.text(effect) ?? 'unknown') as Head['effect'],
    code,
    uid: uid === 0 ? firstUid : uid,
    resourceVersion,
    shows: (names.text(shows) ?? 'nothing') as Shows,
    fate: names.text(fate) as Fate | null,
    apiVersion: names.text(version) ?? '',
    fieldManager: names.text(manager),
    saysForce: (flags & 1) === 1,
    rank: flags >> 1,
    isDropped: record.form === 'dropped' || record.form === 'droppedBase',
  };
}

/** Empty for none. */
export function textOf({ answer, request, ownership, admission }: Bodies): string {
  if (answer === null && request === undefined && admission.length === 0) return '';
  return JSON.stringify([
    answer ?? 0,
    ownership ?? 0,
    admission.length === 0 ? 0 : admission,
    ...(request === undefined ? [] : [request]),
  ]);
}

export function bodiesOf(text: string): Bodies {
  if (text === '') return NO_BODIES;
  const [answer, ownership, admission, ...request] = JSON.parse(text) as [
    Bodies['answer'] | 0,
    Bodies['ownership'] | 0,
    Bodies['admission'] | 0,
    ...unknown[],
  ];
  return {
    answer: answer === 0 ? null : answer,
    ownership: ownership === 0 ? null : ownership,
    admission: admission === 0 ? [] : admission,
    request: request[0],
  };
}
