/** The API server's audit flags, out of the words that its container runs. Which file a path is on the node: host-path.ts's. */
import type { ServerContainer, ServerPod } from './kube-objects.ts';

export interface AuditFlags {
  readonly container: ServerContainer;
  /** `--audit-log-path`: a path in the container, or `-` for standard output; null: no log is written. */
  readonly logPath: string | null;
  readonly policyFile: string | null;
  /** `--audit-webhook-config-file`: events are sent elsewhere. */
  readonly webhookConfig: string | null;
  /** `--request-timeout`: no request but a long-running one lasts longer. */
  readonly requestTimeoutUs: number;
}

/** The default of `--request-timeout` (apiserver, pkg/server/config.go). */
export const DEFAULT_REQUEST_TIMEOUT_US = 60_000_000;

/** Null: no container of the pod runs an API server with flags of its own. */
export function auditFlagsOf(pod: ServerPod): AuditFlags | null {
  const servers = pod.containers
    .map((container) => ({ container, flags: flagsIn(wordsOf(container)) }))
    .filter(({ container, flags }) => container.name.includes('apiserver') || flags.has('audit-log-path'));
  const server = servers.find(({ flags }) => flags.has('audit-log-path')) ?? servers[0];
  if (server === undefined) return null;
  const { container, flags } = server;
  return {
    container,
    logPath: flags.get('audit-log-path') || null,
    policyFile: flags.get('audit-policy-file') || null,
    webhookConfig: flags.get('audit-webhook-config-file') || null,
    requestTimeoutUs: durationUs(flags.get('request-timeout') ?? '') ?? DEFAULT_REQUEST_TIMEOUT_US,
  };
}

/** Some run it through a shell (`/bin/sh -c 'exec kube-apiserver --audit-log-path=… 1>>…'`): one word that holds all flags. */
function wordsOf({ words }: ServerContainer): string[] {
  return words.flatMap((word) =>
    /\s--[a-z]/.test(word) ? word.split(/[\s;&|]+/).map((part) => part.replaceAll(/["']/g, '')) : [word],
  );
}

/** `--flag=v` and `--flag v`; of a flag that comes twice the last counts, as in the server. */
function flagsIn(words: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  words.forEach((word, n) => {
    const [, name, , value] = /^--([a-z0-9-]+)(=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) return;
    const next = words[n + 1] ?? '';
    if (word.includes('=')) flags.set(name, value ?? '');
    else if (!next.startsWith('--')) flags.set(name, next);
  });
  return flags;
}

/** Go's durations, as far as they are used for timeouts: `1m0s`, `90s`, `2h`. */
function durationUs(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:h|m|s|ms))+$/.test(text)) return null;
  let us = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    us += Number(count) * (UNITS_US[unit ?? ''] ?? 0);
  return us;
}

const UNITS_US: Readonly<Record<string, number>> = {
  h: 3_600_000_000,
  m: 60_000_000,
  s: 1_000_000,
  ms: 1000,
};
