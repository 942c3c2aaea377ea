/** Rules and requests as the tests of detect write them: short, in the rule file's own form, and in seconds. */
import type { AuditRequest } from '../../../src/event/request.ts';
import { loadRules } from '../../../src/rules/load-rules.ts';
import type { Rule } from '../../../src/rules/rule.ts';
import { decodeJson } from '../../support/decode-json.ts';

/** `of`: a rule file's rules, each without what every rule must have besides. */
export async function rulesOf(...of: readonly string[]): Promise<readonly Rule[]> {
  const needed = ['title: t', 'severity: high', 'level: Metadata', 'why: w.'];
  const rules = of.map((one) => `- { ${[...needed, one].join(', ')} }`).join('\n');
  const text = `apiVersion: kubectl-audit/v1\nkind: Rules\nrules:\n${rules}\n`;
  return (await loadRules([{ file: 'rules.yaml', text }])).rules;
}

export const BEGAN_US = Date.parse('2026-11-22T10:00:00Z') * 1000;

/** A secret that alice read, so many seconds after `BEGAN_US`. `over`: of the event. `isOpen`: it has begun, and not ended. */
export function request(
  seconds: number,
  over: Readonly<Record<string, unknown>> = {},
  isOpen = false,
): AuditRequest {
  const at = new Date(BEGAN_US / 1000 + seconds * 1000).toISOString();
  const event = decodeJson({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
    ...{ auditID: `id-${seconds}`, verb: 'get', requestURI: '/api/v1/namespaces/a/secrets/x' },
    ...{ user: { username: 'alice' }, sourceIPs: ['192.0.2.7'], userAgent: 'curl/8' },
    ...{ objectRef: { resource: 'secrets', namespace: 'a', name: 'x', apiVersion: 'v1' } },
    ...{ responseStatus: { code: 200 }, requestReceivedTimestamp: at, stageTimestamp: at },
    ...over,
  });
  const atUs = BEGAN_US + seconds * 1_000_000;
  return { key: event.auditID, event, receivedUs: atUs, endedUs: isOpen ? null : atUs, isOpen };
}

export function by(username: string | null): Readonly<Record<string, unknown>> {
  return { user: username === null ? {} : { username } };
}
