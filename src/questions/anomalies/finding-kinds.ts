/** `kind` of a finding, and what it means. */

export const FINDING_KINDS = {
  new: 'somebody never seen before, or a deed, namespace, client or network that this actor never had',
  rare: 'an hour or a day at which this actor is never active',
  rate: 'requests, writes or deletions far above this actor’s own history',
  network: 'a person from a network that nobody called from',
  token: 'a service account, node or component from outside the cluster’s networks',
  bulk: 'many secrets read, many connections into pods, lists of everything',
} as const;

export type FindingKind = keyof typeof FINDING_KINDS;
