/** `--with context:NAME`, `--with source:NAME`, `--with audit:FILE`: other audit logs, each asked by itself, by the flags it takes. */
import { UserError } from '../errors.ts';
import { type FlagName, type FlagValues, textFlag } from './flags.ts';

export interface AuditBeside {
  /** As it was typed: what marks its rows. */
  readonly origin: string;
  /** The flags of the question, but for where it is asked. */
  readonly own: FlagValues;
}

const KINDS = ['context', 'source', 'audit'] as const;

export function splitWith(given: readonly string[]): {
  readonly audits: readonly string[];
  readonly moments: readonly string[];
} {
  const isAudit = (text: string) => KINDS.some((kind) => text.startsWith(`${kind}:`));
  return { audits: given.filter(isAudit), moments: given.filter((text) => !isAudit(text)) };
}

/** Throws AUDIT_USAGE. */
export function auditBeside(text: string, flags: FlagValues): AuditBeside {
  const colon = text.indexOf(':');
  const [kind, name] = [text.slice(0, colon), text.slice(colon + 1)];
  if (name === '' || (kind === 'audit' && name === '-'))
    throw new UserError('AUDIT_USAGE', `--with ${JSON.stringify(text)} names no other log`, {
      hint: '--with context:NAME, --with source:NAME, --with audit:FILE',
    });
  if (kind === 'context' && name === textFlag(flags, 'context'))
    throw new UserError(
      'AUDIT_USAGE',
      `--with ${JSON.stringify(text)} is the cluster that is asked already`,
      {
        hint: 'leave one of them out',
      },
    );
  const common = without(flags, kind === 'source' ? LOGS : [...LOGS, ...CLUSTERS]);
  const where = { context: { context: name }, source: { source: [name] }, audit: { file: [name] } }[kind];
  return { origin: text, own: { ...common, ...where } };
}

const LOGS: readonly FlagName[] = ['with', 'file', 'source', 'demo', 'node', 'log-path', 'via', 'image'];
const CLUSTERS: readonly FlagName[] = [
  ...(['context', 'cluster', 'user', 'server', 'tls-server-name', 'certificate-authority', 'token'] as const),
  ...(['insecure-skip-tls-verify', 'client-certificate', 'client-key', 'as', 'as-group', 'as-uid'] as const),
];

function without(flags: FlagValues, names: readonly FlagName[]): FlagValues {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !names.includes(name as FlagName)));
}
