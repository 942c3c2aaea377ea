/** The texts that the kernel compares with, by their numbers in assembly/texts.ts. */
import { LONG_RUNNING_SUBRESOURCES, LONG_RUNNING_VERBS } from '../../event/request.ts';
import { EVENT_HEAD } from '../json-bytes.ts';
import { ANNOTATIONS, KEYS, LINE_HEAD, STAGED, TAIL_HEAD } from '../line-head.ts';
import { CHARACTERS_AT, TEXTS_AT } from './layout.ts';

const TEXTS: readonly (Buffer | string)[] = [
  ...[...KEYS, LINE_HEAD, EVENT_HEAD, TAIL_HEAD, STAGED, ANNOTATIONS],
  ...['Metadata', 'Request', 'RequestResponse'],
  ...['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'],
  ...['resource', 'namespace', 'name', 'subresource', 'apiGroup', 'uid', 'apiVersion', 'resourceVersion'],
  ...['username', 'uid', 'groups', 'extra', 'authentication.kubernetes.io/'],
  ...['code', 'reason', 'namespaces', 'create', 'api', 'apis'],
  ...[...LONG_RUNNING_VERBS, ...LONG_RUNNING_SUBRESOURCES],
  ...['kind', 'metadata', 'items', 'Status', 'Table', 'List'],
];

/** Into the kernel's memory, once. */
export function writeTexts(memory: Buffer): void {
  let at = CHARACTERS_AT;
  for (const [number, text] of TEXTS.entries()) {
    const characters = Buffer.from(text);
    memory.set(characters, at);
    memory.writeUInt32LE(at, TEXTS_AT + number * 8);
    memory.writeUInt32LE(characters.length, TEXTS_AT + number * 8 + 4);
    at += characters.length;
  }
}
