/** The other logs that can be told beside the audit log, one line each. */
import { UserError } from '../errors.ts';
import { auth } from './auth.ts';
import { events } from './events.ts';
import { falco } from './falco.ts';
import type { MomentKind } from './moment-kind.ts';

export const MOMENT_KINDS: readonly MomentKind[] = [events, falco, auth];

export type Given = { readonly kind: MomentKind } & (
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'cluster' }
  | { readonly from: 'node'; readonly node: string }
);

/** `events:FILE`, `events` (the cluster's), `auth:node/NAME` (through the kubelet). Throws AUDIT_USAGE. */
export function parseWith(text: string): Given {
  const colon = text.indexOf(':');
  const kind = MOMENT_KINDS.find(({ name }) => name === (colon < 0 ? text : text.slice(0, colon)));
  const path = colon < 0 ? null : text.slice(colon + 1);
  const node = /^node\/([a-z0-9][a-z0-9.-]{0,252})$/.exec(path ?? '')?.[1];
  if (kind?.nodeFiles !== undefined && node !== undefined) return { kind, from: 'node', node };
  if (kind !== undefined && path !== null && path !== '') return { kind, from: 'file', path };
  if (kind?.isInCluster === true && path === null) return { kind, from: 'cluster' };
  throw new UserError('AUDIT_USAGE', `--with ${JSON.stringify(text)} is no log that is known`, {
    hint: MOMENT_KINDS.map(({ name, means }) => `--with ${name}:FILE (${means})`).join('; '),
  });
}
