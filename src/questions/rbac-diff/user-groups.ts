/**
 * In which groups users are, as their own requests show it. Only those that every request of a user carries: whoever logs
 * in without a group at times does not hold its rights then.
 */
import type { AuditEvent } from '../../event/event.ts';

/** Users beyond this are not told apart: what their groups are is not known then. */
const MAX_USERS = 20_000;

export class UserGroups {
  readonly #groups = new Map<string, readonly string[]>();
  readonly #same = new Map<string, readonly string[]>();

  /** Whom somebody acts as says nothing: they choose the groups themselves. */
  add({ user }: AuditEvent): void {
    if (user === null || user.username === '' || user.username.startsWith('system:')) return;
    const known = this.#groups.get(user.username);
    if (known === undefined) {
      if (this.#groups.size < MAX_USERS)
        this.#groups.set(user.username, this.#shared([...user.groups].sort()));
    } else if (!known.every((group) => user.groups.includes(group))) {
      this.#groups.set(user.username, this.#shared(known.filter((group) => user.groups.includes(group))));
    }
  }

  /** Null: no request of theirs was read. */
  of(username: string): readonly string[] | null {
    return this.#groups.get(username) ?? null;
  }

  #shared(groups: readonly string[]): readonly string[] {
    const key = JSON.stringify(groups);
    const known = this.#same.get(key) ?? groups;
    this.#same.set(key, known);
    return known;
  }
}
