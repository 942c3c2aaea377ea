/**
 * What of a request is compared: who it was, in general terms, and which of their habits it shows. Names that machines make
 * are generalised, and whatever looks like a secret is masked before it is kept.
 */
import { type ActorKind, kindOfUser } from '../../event/actor.ts';
import { redactText } from '../../event/redact.ts';
import type { Field } from '../../query/predicate.ts';
import { addressPrefix } from './address-prefix.ts';
import { clientProduct, generalName } from './general-name.ts';

/** What requests are counted by; the names of objects besides, where they are wanted. */
export const SEEN_BY: readonly Field[] = [
  ...(['user.username', 'session', 'impersonatedUser.username', 'verb'] as const),
  ...(['objectRef.apiGroup', 'objectRef.resource', 'objectRef.subresource'] as const),
  ...(['objectRef.namespace', 'sourceIPs', 'userAgent'] as const),
];
export const NAMED_BY: readonly Field[] = [...SEEN_BY, 'objectRef.name'];

/** Kinds of habits: what is done to what, in which namespace, with which client, from which network. */
export type Facet = 'action' | 'namespace' | 'client' | 'network';
export const FACETS: readonly Facet[] = ['action', 'namespace', 'client', 'network'];

export type ActorClass = 'person' | 'program' | 'system' | 'nobody';

export interface SeenActor {
  readonly key: string;
  /** All nodes are one: `system:node:*`. */
  readonly user: string | null;
  readonly session: string | null;
  readonly as: string | null;
}

export interface Seen {
  readonly actor: SeenActor;
  readonly deed: 'read' | 'write' | 'delete';
  /** Each `itemKey`; the action first. */
  readonly items: readonly string[];
  /** What bulk reading is told by; null: of no such request. */
  readonly bulk: Bulk | null;
}

export type Measure = 'objects' | 'lists' | 'entries' | 'pages' | 'types';

export interface Bulk {
  readonly measure: 'objects' | 'lists' | 'entries' | 'pages';
  /** What is told apart: the object, the list. */
  readonly what: string;
}

/** `key`: the values of NAMED_BY, or of SEEN_BY. `isPaging`: lists are pages behind a first one. */
export function seenOf(key: readonly (string | null)[], isPaging: boolean): Seen {
  const [user, session, as, verb, group, resource, subresource, namespace, ip, agent, name] = key.map(clean);
  const place = namespace == null ? null : general(namespace);
  const type = resource == null ? null : [resource, group || null].filter(isText).join('.');
  const full = [type, subresource].filter(isText).join('/');
  const isWide = verb === 'list' && type !== null && place === null;
  const action = type === null ? `${verb} a URL` : `${verb} ${full}${isWide ? ' of all namespaces' : ''}`;
  const prefix = addressPrefix(ip ?? null);
  return {
    actor: actorOf(user ?? null, session ?? null, as ?? null),
    deed: deedOf(verb ?? ''),
    items: [
      itemKey('action', action),
      ...(place === null ? [] : [itemKey('namespace', place)]),
      itemKey('client', general(clientProduct(agent ?? null))),
      ...(prefix === null ? [] : [itemKey('network', prefix)]),
    ],
    bulk: bulkOf({ verb, type, subresource, namespace, name }, isPaging),
  };
}

/** One text, for maps: `action list pods`. */
export function itemKey(facet: Facet, value: string): string {
  return `${facet} ${value}`;
}

export function classOf(user: string | null): ActorClass {
  return CLASSES[kindOfUser(user)];
}

const CLASSES: Readonly<Record<ActorKind, ActorClass>> = {
  person: 'person',
  serviceaccount: 'program',
  node: 'system',
  component: 'system',
  anonymous: 'nobody',
  unknown: 'nobody',
};

export const HOLDERS: readonly string[] = ['secrets', 'configmaps'];
export const CONNECTIONS: readonly string[] = ['exec', 'attach', 'portforward'];

interface Asked {
  readonly verb: string | null | undefined;
  readonly type: string | null;
  readonly subresource: string | null | undefined;
  readonly namespace: string | null | undefined;
  readonly name: string | null | undefined;
}

function bulkOf({ verb, type, subresource, namespace, name }: Asked, isPaging: boolean): Bulk | null {
  if (type === null) return null;
  const place = namespace ?? '*';
  if (subresource != null && CONNECTIONS.includes(subresource)) return { measure: 'entries', what: '' };
  const isHolder = HOLDERS.includes(type) && subresource == null;
  if (verb === 'get' && isHolder && name != null)
    return { measure: 'objects', what: `${type} ${place}/${name}` };
  if (verb !== 'list') return null;
  if (isPaging) return { measure: 'pages', what: '' };
  return isHolder ? { measure: 'lists', what: `${type} ${place}` } : null;
}

function actorOf(user: string | null, session: string | null, as: string | null): SeenActor {
  const name = generalUser(user);
  const acting = generalUser(as);
  return { key: JSON.stringify([name, session, acting]), user: name, session, as: acting };
}

function generalUser(user: string | null): string | null {
  if (user === null) return null;
  if (user.startsWith('system:node:')) return 'system:node:*';
  return user.startsWith('system:serviceaccount:') ? general(user) : user;
}

function deedOf(verb: string): Seen['deed'] {
  if (verb === 'delete' || verb === 'deletecollection') return 'delete';
  return READS.has(verb) ? 'read' : 'write';
}

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options']);

/** The same few texts come again and again. */
const REMEMBERED = 20_000;
const cleaned = new Map<string, string>();
const generalised = new Map<string, string>();

function clean(text: string | null): string | null {
  return text === null ? null : remembered(cleaned, text, redactText);
}

function general(text: string): string {
  return remembered(generalised, text, generalName);
}

function remembered(known: Map<string, string>, text: string, make: (text: string) => string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = make(text);
  if (known.size >= REMEMBERED) known.clear();
  known.set(text, made);
  return made;
}

function isText(part: string | null | undefined): part is string {
  return part != null && part !== '';
}
