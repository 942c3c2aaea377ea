/** Which receivers there are. To add one: its file, and its line here. */
import type { ReceiverKind } from './receiver.ts';

/** By the word that settings say as `type`, and that stands first in `--to`; loaded when asked for. */
const KINDS: Readonly<Record<string, () => Promise<unknown>>> = {
  alertmanager: async () => (await import('./alertmanager.ts')).alertmanager,
  falcosidekick: async () => (await import('./falcosidekick.ts')).falcosidekick,
  slack: async () => (await import('./slack.ts')).slack,
  webhook: async () => (await import('./webhook.ts')).webhook,
};

export const RECEIVER_KINDS: readonly string[] = Object.keys(KINDS);

/** Null: there is no such kind. Settings are checked by the kind's own schema before it opens them. */
export async function loadReceiverKind(kind: string): Promise<ReceiverKind | null> {
  const load = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  return load === undefined ? null : ((await load()) as ReceiverKind);
}
