/** The places that are known: the columns of AKSAudit, and the line in AzureDiagnostics' `log_s`. */
import type { EventPath } from '../../query/event-test.ts';
import type { Place } from './kql.ts';

/** AKSAudit, AKSAuditAdmin, ArcK8sAudit. https://learn.microsoft.com/azure/azure-monitor/reference/tables/aksaudit */
export const AKS_AUDIT: Place = {
  in: 'columns of AKSAudit',
  text: (path) => {
    const [first = '', ...rest] = path.split('.');
    const column = COLUMNS[first];
    if (column === undefined) return null;
    return rest.length === 0 && !DYNAMIC.has(column) ? column : `tostring(${[column, ...rest].join('.')})`;
  },
  number: (path) => (path === 'responseStatus.code' ? 'toint(ResponseStatus.code)' : null),
  mention: () => null,
  received: 'RequestReceivedTime',
  holds: '',
  broken: null,
  columns: [
    ...['AuditId', 'Level', 'Stage', 'Verb', 'RequestUri', 'User', 'SourceIps', 'UserAgent', 'ObjectRef'],
    ...['ResponseStatus', 'RequestObject', 'ResponseObject', 'RequestReceivedTime', 'StageReceivedTime'],
    'Annotations',
  ],
};

/** Nobody's impersonation stands there. */
const COLUMNS: Readonly<Record<EventPath, string>> = {
  ...{ auditID: 'AuditId', level: 'Level', stage: 'Stage', verb: 'Verb', requestURI: 'RequestUri' },
  ...{ user: 'User', sourceIPs: 'SourceIps', userAgent: 'UserAgent', objectRef: 'ObjectRef' },
  responseStatus: 'ResponseStatus',
};
const DYNAMIC: ReadonlySet<string> = new Set(['User', 'SourceIps', 'ObjectRef', 'ResponseStatus']);

/** `isTestable`: every line is the event's JSON and nothing else. */
export function placeOfLine(isTestable: boolean): Place {
  const at = (path: EventPath) => `parse_json(log_s).${path}`;
  return {
    in: 'lines of log_s',
    text: (path) => (isTestable ? `tostring(${at(path)})` : null),
    number: (path) => (isTestable ? `toint(${at(path)})` : null),
    // Words are what the service has an index of.
    mention: (text) => (/^[A-Za-z0-9]{4,}$/.test(text) ? `log_s has "${text}"` : null),
    received: isTestable ? `todatetime(${at('requestReceivedTimestamp')})` : null,
    holds: 'Category startswith "kube-audit"',
    // Over 32 KiB they are cut.
    broken: 'not(trim_end(@"\\s+", log_s) endswith "}")',
    columns: ['log_s'],
  };
}
