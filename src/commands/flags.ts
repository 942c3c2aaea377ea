/** Every flag once, as data: the command line, help, completions, README and docs are made from this list. */
import { VIEW_MEANS } from '../questions/top/views/view-means.ts';
import { formatNames } from '../render/registry.ts';

export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly type: 'string' | 'boolean';
  /** May be given several times. */
  readonly isList?: boolean;
  /** How many values it takes at once; default 1. */
  readonly takes?: 2;
  /** What stands for the value in help. */
  readonly value?: string;
  readonly help: string;
  /** What the help of single commands says instead. */
  readonly helpOf?: Readonly<Record<string, string>>;
  readonly group: 'Where from' | 'When' | 'Who and what' | 'Out' | 'Cluster' | 'Other';
}

/** In the help of one command, where nobody need be told that it is this one's. */
export function helpIn({ help, helpOf }: Flag, command: string): string {
  const [scope = '', names = ''] = /^([a-z-]+(?:, [a-z-]+)*): /.exec(help) ?? [];
  return helpOf?.[command] ?? (names.split(', ').includes(command) ? help.slice(scope.length) : help);
}

/** One of kubectl's own about the connection. */
function text<N extends string>(name: N, value: string, help: string) {
  return { name, type: 'string', value, help, group: 'Cluster' } as const;
}

export const FLAGS = {
  file: {
    name: 'file',
    short: 'f',
    type: 'string',
    isList: true,
    value: 'PATH',
    help: 'log file, glob, folder, or - for standard input; may be repeated',
    group: 'Where from',
  },
  source: {
    name: 'source',
    type: 'string',
    isList: true,
    value: 'SOURCE',
    help: 'a log store: a name in the configuration file, or a URL such as loki+http://HOST:PORT',
    group: 'Where from',
  },
  with: {
    name: 'with',
    type: 'string',
    isList: true,
    value: 'KIND[:WHAT]',
    help: "timeline: also what another log tells: events (the cluster's), events:FILE (kubectl get events -A -o json), falco:FILE (its JSON alerts), auth:FILE (a node's auth.log), auth:node/NAME (through the kubelet); or another audit log: context:NAME, source:NAME, audit:FILE",
    group: 'Where from',
  },
  node: {
    name: 'node',
    type: 'string',
    isList: true,
    value: 'NODE',
    help: "read these nodes only (default: the control plane's, found by asking)",
    group: 'Where from',
  },
  'log-path': {
    name: 'log-path',
    type: 'string',
    value: 'PATH',
    help: "the audit log's path on the node (default: what the API server's --audit-log-path says)",
    group: 'Where from',
  },
  via: {
    name: 'via',
    type: 'string',
    value: 'WAY',
    help: "proxy: through the API server and the kubelet (default); pod: a short-lived pod on the node; stdout: the API server pod's output",
    group: 'Where from',
  },
  image: {
    name: 'image',
    type: 'string',
    value: 'IMAGE',
    help: 'of the pod of --via pod; needs sh, ls, head, date, dd and sleep (default: a pinned busybox); of watch --manifest: one with this program in it',
    helpOf: {
      watch:
        'with --manifest: one with this program in it; with --via pod: one with sh, ls, head, date, dd and sleep (default: a pinned busybox)',
    },
    group: 'Where from',
  },
  demo: {
    name: 'demo',
    type: 'boolean',
    help: 'ask the recorded incident that comes with the program',
    group: 'Where from',
  },
  'max-bytes': {
    name: 'max-bytes',
    type: 'string',
    value: 'SIZE',
    help: 'read at most this much, the newest first (500MB, 2GiB)',
    group: 'Where from',
  },
  yes: {
    name: 'yes',
    short: 'y',
    type: 'boolean',
    help: 'do not ask before much is read of a store that is paid for by what is read',
    group: 'Where from',
  },
  index: {
    name: 'index',
    type: 'boolean',
    help: '--no-index: read all of a log file that a question concerns, though there is an index of it',
    group: 'Where from',
  },
  clear: {
    name: 'clear',
    type: 'boolean',
    help: 'index: remove all indexes',
    group: 'Where from',
  },
  explain: {
    name: 'explain',
    type: 'boolean',
    help: 'print what would be read and how, and read nothing',
    group: 'Where from',
  },
  since: {
    name: 'since',
    type: 'string',
    value: 'TIME',
    help: "from then on: 2h, 3d, 2026-11-22T10:00Z, 'yesterday 14:00' (default 24h; for one object, further back when nothing is found)",
    helpOf: {
      detect: "from then on: 2h, 3d, 2026-11-22T10:00Z, 'yesterday 14:00' (default 24h)",
      watch:
        "of the first run: from then on: 2h, 3d, 2026-11-22T10:00Z, 'yesterday 14:00' (default: from now on; with --once, from an hour before the newest event)",
    },
    group: 'When',
  },
  until: { name: 'until', type: 'string', value: 'TIME', help: 'up to, and without, then', group: 'When' },
  around: {
    name: 'around',
    type: 'string',
    value: 'TIME',
    help: "timeline: ten minutes before and after then, or as many as it says: 03:12, '03:12 ±30m'",
    group: 'When',
  },
  last: {
    name: 'last',
    type: 'boolean',
    help: 'who-did: read back from now, or --until, only until the last time is found',
    group: 'When',
  },
  follow: {
    name: 'follow',
    type: 'boolean',
    help: 'go on with each new one as it happens, from now on, or after those since --since; until Ctrl-C, --until, or --limit rows',
    group: 'When',
  },
  at: {
    name: 'at',
    type: 'string',
    value: 'TIME',
    help: 'what-changed: the object as it was then',
    group: 'When',
  },
  between: {
    name: 'between',
    type: 'string',
    isList: true,
    takes: 2,
    value: 'TIME TIME',
    help: 'the state at one moment against the state at another, whatever lay between',
    group: 'When',
  },
  namespace: {
    name: 'namespace',
    short: 'n',
    type: 'string',
    value: 'NS',
    help: "namespace of the object (default: the context's; all, when log files are read)",
    helpOf: {
      detect: 'only what is done in this namespace (default: everywhere)',
      watch: 'only what is done in this namespace (default: everywhere)',
    },
    group: 'Who and what',
  },
  'all-namespaces': {
    name: 'all-namespaces',
    short: 'A',
    type: 'boolean',
    help: 'all namespaces',
    group: 'Who and what',
  },
  by: {
    name: 'by',
    type: 'string',
    isList: true,
    value: 'WHO',
    help: "alice,bob, 'sa:ci/*', group:ops, node:cp-1; either name of an impersonated request, or the session behind a shared login",
    group: 'Who and what',
  },
  'not-by': {
    name: 'not-by',
    type: 'string',
    isList: true,
    value: 'WHO',
    help: 'leave these out',
    group: 'Who and what',
  },
  humans: {
    name: 'humans',
    type: 'boolean',
    help: 'people only: no nodes, no system: components, no service accounts',
    group: 'Who and what',
  },
  verb: {
    name: 'verb',
    type: 'string',
    isList: true,
    value: 'VERB',
    help: "the API's own verbs: get,list,create,update,patch,delete,deletecollection",
    group: 'Who and what',
  },
  code: {
    name: 'code',
    type: 'string',
    isList: true,
    value: 'CODE',
    help: '403, 4xx, 400-499, >=400, !2xx',
    group: 'Who and what',
  },
  'from-ip': {
    name: 'from-ip',
    type: 'string',
    isList: true,
    value: 'NET',
    help: 'address or network of the last hop: 10.0.0.0/8',
    group: 'Who and what',
  },
  'user-agent': {
    name: 'user-agent',
    type: 'string',
    isList: true,
    value: 'TEXT',
    help: 'part of it, or a glob',
    group: 'Who and what',
  },
  subresource: {
    name: 'subresource',
    type: 'string',
    value: 'NAME',
    help: 'scale, status, exec, …; none: the object itself only',
    group: 'Who and what',
  },
  'audit-id': {
    name: 'audit-id',
    type: 'string',
    isList: true,
    value: 'ID',
    help: 'these audit IDs',
    group: 'Who and what',
  },
  'dry-run': {
    name: 'dry-run',
    type: 'boolean',
    help: 'dry runs only; --no-dry-run: none',
    group: 'Who and what',
  },
  where: {
    name: 'where',
    type: 'string',
    value: 'CEL',
    help: "CEL over the event's own fields: 'responseStatus.code != 200'",
    group: 'Who and what',
  },
  output: {
    name: 'output',
    short: 'o',
    type: 'string',
    value: 'FORMAT',
    help: formatNames().join(', '),
    group: 'Out',
  },
  limit: {
    name: 'limit',
    type: 'string',
    value: 'N',
    help: 'rows at most, 0: all of them (default: 50 on a terminal, all elsewhere)',
    group: 'Out',
  },
  'no-headers': {
    name: 'no-headers',
    type: 'boolean',
    help: 'leave the header of the table out',
    group: 'Out',
  },
  utc: { name: 'utc', type: 'boolean', help: 'times in UTC', group: 'Out' },
  color: {
    name: 'color',
    type: 'string',
    value: 'WHEN',
    help: 'auto, always, never (also NO_COLOR)',
    group: 'Out',
  },
  reveal: { name: 'reveal', type: 'boolean', help: 'print secrets as they stand in the log', group: 'Out' },
  live: {
    name: 'live',
    type: 'boolean',
    help: '--no-live: do not ask the cluster how things stand now; --live: do, though the log is a file',
    group: 'Out',
  },
  'suggest-role': {
    name: 'suggest-role',
    type: 'boolean',
    help: 'failed-auth: print the smallest Roles that would allow what RBAC refused; never applied',
    group: 'Out',
  },
  manifest: {
    name: 'manifest',
    type: 'boolean',
    help: 'with --at: what kubectl apply takes, to bring the object back; watch: what runs it in the cluster, and read nothing',
    helpOf: { watch: 'print what runs it in the cluster, for kubectl apply -f -, and read nothing' },
    group: 'Out',
  },
  'with-live': {
    name: 'with-live',
    type: 'boolean',
    help: 'what-changed: the last state that the log holds against what the cluster has now',
    group: 'Out',
  },
  all: {
    name: 'all',
    type: 'boolean',
    help: 'what-changed, timeline: also what happens by itself (status, leases, heartbeats); rbac-diff: every single right',
    group: 'Out',
  },
  effects: {
    name: 'effects',
    type: 'boolean',
    help: 'also what each led to: what controllers, collectors and kubelets did because of it',
    group: 'Out',
  },
  subject: {
    name: 'subject',
    type: 'string',
    value: 'WHO',
    help: 'rbac-diff: the rights of these only: alice, group:dev, sa:ci/runner',
    group: 'Who and what',
  },
  count: {
    name: 'count',
    type: 'string',
    isList: true,
    value: 'FIELDS',
    help: 'top: what to count by: user,verb,resource (default), namespace, name, code, ip, agent, …',
    group: 'Out',
  },
  view: {
    name: 'view',
    type: 'string',
    value: 'VIEW',
    help: `top: a ready view: ${Object.keys(VIEW_MEANS).join(', ')}`,
    group: 'Out',
  },
  'suggest-policy': {
    name: 'suggest-policy',
    type: 'boolean',
    help: 'top --view noise: print the audit policy rules that would stop it, and what would no longer be known; never applied',
    group: 'Out',
  },
  bucket: {
    name: 'bucket',
    type: 'string',
    value: 'TIME',
    help: 'top: the length of each part of time: 5m, 1h, 1d (default: so that some two dozen make up the whole)',
    group: 'Out',
  },
  compare: {
    name: 'compare',
    type: 'string',
    value: 'previous',
    help: 'top: also count the time before, as long as the one asked about, and tell the change',
    group: 'Out',
  },
  baseline: {
    name: 'baseline',
    type: 'string',
    value: 'TIME',
    help: 'anomalies: the days before, which say what is ordinary: 7d (default) to 28d',
    group: 'When',
  },
  'baseline-file': {
    name: 'baseline-file',
    type: 'string',
    value: 'FILE',
    help: 'anomalies: those days as --save kept them; what came since is tested, unless --since says otherwise',
    group: 'When',
  },
  save: {
    name: 'save',
    type: 'string',
    value: 'FILE',
    help: 'anomalies: keep the baseline, and what was tested, for the next --baseline-file',
    group: 'Out',
  },
  'known-range': {
    name: 'known-range',
    type: 'string',
    isList: true,
    value: 'NET',
    help: 'anomalies: a network that is no news: an office, a VPN, the pods: 10.0.0.0/8',
    group: 'Who and what',
  },
  'false-alarms': {
    name: 'false-alarms',
    type: 'string',
    value: 'N',
    help: 'anomalies: how many findings a day may be expected with nothing amiss (default 1)',
    group: 'Out',
  },
  rules: {
    name: 'rules',
    type: 'string',
    isList: true,
    value: 'RULES',
    help: 'detect, watch: rule files or folders (ours, Falco’s, Sigma’s), ids of rules (a,b; globs); pack: those that come with the program (default)',
    group: 'Who and what',
  },
  severity: {
    name: 'severity',
    type: 'string',
    value: 'LEVEL',
    help: 'detect, watch: rules of this severity and above: info, low, medium, high, critical (default of watch without --rules: low)',
    group: 'Who and what',
  },
  'fail-on': {
    name: 'fail-on',
    type: 'string',
    value: 'LEVEL',
    help: 'detect: exit with 4 when something of this severity or above was found',
    group: 'Out',
  },
  'explain-rule': {
    name: 'explain-rule',
    type: 'string',
    value: 'ID',
    help: 'detect: print a rule in plain words, and read nothing',
    group: 'Out',
  },
  test: {
    name: 'test',
    type: 'boolean',
    help: 'detect: run the tests in the rule files, and read nothing; exit with 1 when one fails',
    group: 'Out',
  },
  to: {
    name: 'to',
    type: 'string',
    isList: true,
    value: 'RECEIVER',
    help: "watch: whom alerts go to: a name in the configuration file, or a URL: alertmanager+http://HOST:9093, 'slack://?url-env=VARIABLE', webhook+https://…, falcosidekick+http://…; may be repeated",
    group: 'Out',
  },
  state: {
    name: 'state',
    type: 'string',
    value: 'FILE',
    help: 'watch: where is kept what was told and how far the logs were read (default with --to or --once: one for these logs, in ~/.local/state)',
    group: 'Out',
  },
  once: {
    name: 'once',
    type: 'boolean',
    help: 'watch: read what was written since the last run, send the alerts, and end: for a CronJob',
    group: 'When',
  },
  'resolve-after': {
    name: 'resolve-after',
    type: 'string',
    value: 'TIME',
    help: 'watch: an alert is over after so long without a new finding of it, and not told again before (default 1h)',
    group: 'Out',
  },
  metrics: {
    name: 'metrics',
    type: 'string',
    value: 'ADDRESS:PORT',
    help: 'watch: serve Prometheus metrics at /metrics; a port alone: to this machine only',
    group: 'Out',
  },
  kubeconfig: text('kubeconfig', 'FILE', 'path of the kubeconfig (also KUBECONFIG)'),
  context: text('context', 'NAME', "the kubeconfig's context to use"),
  cluster: text('cluster', 'NAME', "the kubeconfig's cluster to use"),
  user: text('user', 'NAME', "the kubeconfig's user to use"),
  server: { ...text('server', 'URL', 'address of the API server'), short: 's' },
  'tls-server-name': text('tls-server-name', 'NAME', "name that the API server's certificate must have"),
  'certificate-authority': text('certificate-authority', 'FILE', "certificates to trust the API server's by"),
  'insecure-skip-tls-verify': {
    name: 'insecure-skip-tls-verify',
    type: 'boolean',
    help: "do not check the API server's certificate: anybody could be it",
    group: 'Cluster',
  },
  'client-certificate': text('client-certificate', 'FILE', 'certificate to log in with'),
  'client-key': text('client-key', 'FILE', 'its key'),
  token: text('token', 'TOKEN', 'bearer token to log in with'),
  as: text('as', 'USER', 'user to act as'),
  'as-group': { ...text('as-group', 'GROUP', 'group to act as; may be repeated'), isList: true },
  'as-uid': text('as-uid', 'UID', 'UID to act as'),
  'request-timeout': text('request-timeout', 'TIME', 'how long to wait for one answer: 10s, 1m; 0: for ever'),
  help: { name: 'help', short: 'h', type: 'boolean', help: 'this text', group: 'Other' },
  version: { name: 'version', type: 'boolean', help: 'the version of the program', group: 'Other' },
} as const satisfies Readonly<Record<string, Flag>>;

export type FlagName = keyof typeof FLAGS;

/** Flags by name, as typed; absent ones undefined. A value always has its flag's type. */
export type FlagValues = Readonly<Partial<Record<FlagName, string | boolean | readonly string[]>>>;

export function textFlag(values: FlagValues, name: FlagName): string | null {
  const value = values[name];
  return typeof value === 'string' ? value : null;
}

export function listFlag(values: FlagValues, name: FlagName): readonly string[] {
  const value = values[name];
  return typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : [];
}

export function boolFlag(values: FlagValues, name: FlagName): boolean | null {
  const value = values[name];
  return typeof value === 'boolean' ? value : null;
}
