/**
 * Tokens of deleted service accounts. A 401 names nobody; but the server lets a dead token pass for some seconds more, and
 * then the same client, address and request are in the log under the account's name (real clusters: 403, then 401).
 */
import type { AuditEvent } from '../../event/event.ts';
import type { Refusal } from './refusal.ts';
import { SmallestKeys } from './smallest-keys.ts';

const MAX_CLIENTS = 2000;
const MAX_ACCOUNTS = 2000;
/** Accounts that one client was refused as; more is a proxy, of which nothing follows. */
const MAX_NAMES = 3;
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

interface Client {
  /** Refused under this account's name, last at. */
  readonly accounts: SmallestKeys<number>;
  failedAtUs: number | null;
  /** The row that its failed logins are in. */
  row: string | null;
}

export interface DeadToken {
  readonly account: string;
  readonly deletedUs: number;
}

export class DeadTokens {
  readonly #clients = new SmallestKeys<Client>(MAX_CLIENTS);
  readonly #deletions = new SmallestKeys<number>(MAX_ACCOUNTS);

  /** A successful deletion of a service account, or of all in a namespace. */
  deleted(event: AuditEvent): void {
    const { namespace, name } = event.objectRef ?? {};
    const atUs = event.receivedUs;
    if (namespace == null || atUs === null) return;
    const key = accountKey(namespace, event.verb === 'deletecollection' ? null : (name ?? null));
    this.#deletions.set(key, Math.max(this.#deletions.get(key) ?? atUs, atUs));
  }

  /** `row`: the key of the row that the refusal is in. */
  add(refusal: Refusal, row: string): void {
    const { row: request, what, verb, name, atUs } = refusal;
    if (atUs === null) return;
    const key = JSON.stringify([request.from.ip, request.with, verb, { ...what, name }]);
    const client = this.#clients.at(key, newClient);
    if (client === null) return;
    if (refusal.class === 'unauthenticated') {
      client.failedAtUs = Math.max(client.failedAtUs ?? atUs, atUs);
      client.row = row;
    } else if (request.who.as === null && SERVICE_ACCOUNT.test(request.who.user ?? '')) {
      const account = request.who.user ?? '';
      client.accounts.set(account, Math.max(client.accounts.get(account) ?? atUs, atUs));
    }
  }

  /** By rows of failed logins: the account whose token they were tried with, where the log shows it. */
  byRow(): ReadonlyMap<string, DeadToken> {
    const found = new Map<string, DeadToken>();
    for (const [, client] of this.#clients.entries()) {
      const [token] = this.#dead(client);
      if (client.row !== null && token !== undefined && !found.has(client.row)) found.set(client.row, token);
    }
    return found;
  }

  #dead({ accounts, failedAtUs }: Client): DeadToken[] {
    if (failedAtUs === null || accounts.hasMore) return [];
    return accounts.entries().flatMap(([account, refusedUs]) => {
      const [, namespace = '', name = ''] = SERVICE_ACCOUNT.exec(account) ?? [];
      const deletedUs =
        this.#deletions.get(accountKey(namespace, name)) ?? this.#deletions.get(accountKey(namespace, null));
      const isAfter = deletedUs !== undefined && failedAtUs > deletedUs && failedAtUs > refusedUs;
      return isAfter ? [{ account, deletedUs }] : [];
    });
  }
}

function newClient(): Client {
  return { accounts: new SmallestKeys<number>(MAX_NAMES), failedAtUs: null, row: null };
}

/** `name` null: the whole namespace's. */
function accountKey(namespace: string, name: string | null): string {
  return JSON.stringify([namespace, name]);
}
