/** The commands, one entry each; their code is loaded when they are called. */
import { UserError } from '../errors.ts';
import { shellQuoted } from '../event/shell.ts';
import { COUNT_FIELDS } from '../query/count-fields.ts';
import { didYouMean } from '../query/nearest.ts';
import { findWord, WORDS } from '../query/words.ts';
import { FINDING_KINDS } from '../questions/anomalies/finding-kinds.ts';
import { SIGNS } from '../questions/failed-auth/signs.ts';
import { RISKS } from '../questions/rbac-diff/risks.ts';
import { VIEW_MEANS } from '../questions/top/views/view-means.ts';
import type { CommandSummary } from './command.ts';
import type { FlagName } from './flags.ts';

const WHERE_FROM: readonly FlagName[] = [
  'file',
  'node',
  'log-path',
  'via',
  'image',
  'source',
  'demo',
  'max-bytes',
  'yes',
  'index',
  'explain',
];
const CLUSTER: readonly FlagName[] = [
  'kubeconfig',
  'context',
  'cluster',
  'user',
  'server',
  'tls-server-name',
  'certificate-authority',
  'insecure-skip-tls-verify',
  'client-certificate',
  'client-key',
  'token',
  'as',
  'as-group',
  'as-uid',
  'request-timeout',
];
const WHEN: readonly FlagName[] = ['since', 'until'];
const WHAT: readonly FlagName[] = [
  'namespace',
  'all-namespaces',
  'by',
  'not-by',
  'humans',
  'verb',
  'code',
  'from-ip',
  'user-agent',
  'subresource',
  'audit-id',
  'dry-run',
  'where',
];
const OUT: readonly FlagName[] = ['output', 'limit', 'no-headers', 'utc', 'color', 'reveal', 'live'];
const OTHER: readonly FlagName[] = ['help', 'version'];

/** What completion can be had for, and how it is put to use. `kubectl`: for `kubectl audit <TAB>`. */
const SHELL_USE = {
  bash: 'source <(kubectl-audit completion bash), in ~/.bashrc',
  zsh: 'source <(kubectl-audit completion zsh), in ~/.zshrc, after compinit',
  fish: 'kubectl-audit completion fish > ~/.config/fish/completions/kubectl-audit.fish',
  powershell: 'kubectl-audit completion powershell | Out-String | Invoke-Expression, in $PROFILE',
  kubectl:
    'for kubectl audit <TAB>: kubectl-audit completion kubectl > kubectl_complete-audit; make it executable and put it on PATH',
} as const;

export type Shell = keyof typeof SHELL_USE;

export const SHELLS = Object.keys(SHELL_USE) as readonly Shell[];

export const COMMANDS: readonly CommandSummary[] = [
  {
    name: 'who-did',
    usage: 'VERB [TYPE/NAME | TYPE NAME | TYPE | /PATH]',
    summary: 'who did it, when, from where, and what came of it',
    takes: ['verb', 'object'],
    flags: [...WHERE_FROM, ...WHEN, 'last', 'follow', ...WHAT, ...OUT, 'effects', ...CLUSTER, ...OTHER],
    examples: [
      ['Who deleted the Deployment api?', 'who-did delete deploy/api --demo'],
      ['Who did it last? Reads back no further than needed', 'who-did delete deploy/api --last --demo'],
      ['Who changed anything in namespace prod, people only?', 'who-did change -n prod --humans --demo'],
      [
        'Whose requests were refused in the last two hours?',
        "who-did touch --code 403 --since 2h --file '/var/log/kubernetes/audit/*.log*'",
      ],
      ['Who deletes anything, from now on, as it happens?', 'who-did delete -A --follow'],
    ],
    terms: {
      heading: "Verbs (any other is the API's own, to the letter: list, update, …)",
      of: WORDS.map((word) => [word.name, word.means]),
    },
    load: async () => (await import('./who-did.ts')).whoDidCommand,
  },
  {
    name: 'what-changed',
    usage: '[TYPE/NAME | TYPE NAME | TYPE]',
    summary: 'what was changed, field by field, by whom; and how it was before',
    takes: ['object'],
    instead: { follow: 'how an object was before is not known as it changes: who-did change … --follow' },
    flags: [
      ...WHERE_FROM,
      ...WHEN,
      'at',
      'between',
      ...WHAT,
      ...OUT,
      'manifest',
      'with-live',
      'all',
      ...CLUSTER,
      ...OTHER,
    ],
    examples: [
      ['What was changed about the Deployment api?', 'what-changed deploy/api --demo'],
      ['What did people change in all namespaces?', 'what-changed -A --humans --demo'],
      [
        'Bring it back as it was',
        'what-changed deploy/api -n prod --at 02:58:10 --manifest | kubectl apply -f -',
      ],
      ['Does the cluster still have what the log says?', 'what-changed deploy/api -n prod --with-live'],
    ],
    terms: {
      heading: 'How sure a change is (BASIS)',
      of: [
        ['exact', 'how it was before and after stands in the log, as the API server answered'],
        ['computed', 'one of them is computed: the other, and what the request asked for'],
        ['request', 'only what was asked for is known'],
        ['fact', 'only that it was done: the log holds no bodies of it'],
      ],
    },
    load: async () => (await import('./what-changed.ts')).whatChangedCommand,
  },
  {
    name: 'failed-auth',
    usage: '[TYPE/NAME | TYPE NAME | TYPE | /PATH]',
    summary: 'who was not let in or not allowed to, by whom, how often, and which right is missing',
    takes: ['object'],
    instead: {
      follow: 'its rows are counts; each refusal as it happens: who-did touch --code 401,403 --follow',
    },
    flags: [...WHERE_FROM, ...WHEN, ...WHAT, ...OUT, 'suggest-role', ...CLUSTER, ...OTHER],
    examples: [
      ['Who is refused, and what is missing?', 'failed-auth -A --demo'],
      ['Which Role would let the CI runner through?', 'failed-auth --by sa:ci/runner --suggest-role --demo'],
    ],
    terms: { heading: 'Signs that it is more than a missing right', of: Object.entries(SIGNS) },
    load: async () => (await import('./failed-auth.ts')).failedAuthCommand,
  },
  {
    name: 'rbac-diff',
    usage: '',
    summary:
      'which rights were gained and lost, by whose change of which role or binding, and what is dangerous in it',
    takes: [],
    instead: {
      follow: 'it compares two moments: who-did change clusterrolebindings -A --follow, and the like',
    },
    flags: [...WHERE_FROM, ...WHEN, 'between', ...WHAT, 'subject', ...OUT, 'all', ...CLUSTER, ...OTHER],
    examples: [
      ['Who may do what since when, and through whom?', 'rbac-diff --demo'],
      ['What may dana do that she could not do before?', 'rbac-diff --subject dana --demo'],
      [
        'How do the rights of now differ from yesterday’s?',
        "rbac-diff --between 'yesterday 09:00' now --file '/var/log/kubernetes/audit/*.log*'",
      ],
    ],
    terms: { heading: 'Risks of a right', of: Object.entries(RISKS) },
    load: async () => (await import('./rbac-diff.ts')).rbacDiffCommand,
  },
  {
    name: 'top',
    usage: '[TYPE/NAME | TYPE NAME | TYPE | /PATH]',
    summary: 'how often, by whom, on what, from where, with what: counts by any fields, and over time',
    takes: ['object'],
    flags: [
      ...WHERE_FROM,
      ...WHEN,
      ...WHAT,
      'count',
      'view',
      'bucket',
      'compare',
      ...OUT,
      'suggest-policy',
      ...CLUSTER,
      ...OTHER,
    ],
    examples: [
      ['Who does what most?', 'top -A --demo'],
      ['Who still uses deprecated APIs?', 'top -A --view deprecated --demo'],
      ['Who fails most, and how?', "top -A --code '>=400' --count user,verb,resource,code --demo"],
      [
        'Which clients list Secrets, hour by hour, and how was it the day before?',
        "top secrets -A --verb list --count agent,ip --bucket 1h --compare previous --file '/var/log/kubernetes/audit/*.log*'",
      ],
    ],
    terms: {
      heading: 'Ready views (--view), and what else can be counted by (--count)',
      of: [
        ...Object.entries(VIEW_MEANS),
        ...COUNT_FIELDS.map(({ name, means }): [string, string] => [name, means]),
      ],
    },
    load: async () => (await import('./top.ts')).topCommand,
  },
  {
    name: 'timeline',
    usage: '[TYPE/NAME | TYPE NAME | TYPE | /PATH]',
    summary:
      'everything in order, each under what set it off: of an object with its owners and children, of an actor, of a time',
    takes: ['object'],
    instead: {
      follow: 'its rows stand under what set them off, which has to be known first: who-did touch --follow',
    },
    flags: [...WHERE_FROM, 'with', ...WHEN, 'around', ...WHAT, 'all', ...OUT, ...CLUSTER, ...OTHER],
    examples: [
      ['What happened to the Deployment api, and to what it owns?', 'timeline deploy/api --demo'],
      ['What did alice do, and what came of it?', 'timeline -A --by alice --demo'],
      [
        'What happened around 03:12, for the post-mortem?',
        "timeline -n prod --around '03:12 ±5m' -o markdown --file '/var/log/kubernetes/audit/*.log*'",
      ],
    ],
    terms: null,
    load: async () => (await import('./timeline.ts')).timelineCommand,
  },
  {
    name: 'anomalies',
    usage: '',
    summary: 'what is out of the ordinary, against the days before: new, rare, too much, from elsewhere',
    takes: [],
    instead: {
      follow:
        'it compares a window with the days before it: --save and --baseline-file make it quick every day',
      namespace: 'what is ordinary is judged of the whole cluster; who-did touch -n NS shows a namespace',
      where:
        'what is ordinary is judged of everything; --by, --not-by and --humans say whose findings are told',
    },
    flags: [
      ...WHERE_FROM,
      ...WHEN,
      ...(['baseline', 'baseline-file', 'by', 'not-by', 'humans', 'known-range', 'false-alarms'] as const),
      ...(['output', 'limit', 'no-headers', 'utc', 'color', 'live', 'save'] as const),
      ...CLUSTER,
      ...OTHER,
    ],
    examples: [
      ['What was out of the ordinary in the last day, of the week before?', 'anomalies'],
      [
        'The same each day, reading a day only',
        'anomalies --baseline-file ~/.cache/audit-baseline.json --save ~/.cache/audit-baseline.json',
      ],
      [
        'Of last Sunday, against four weeks, with the offices known',
        "anomalies --since '2026-11-22 00:00' --until '2026-11-23 00:00' --baseline 28d --known-range 198.51.100.0/24",
      ],
    ],
    terms: { heading: 'Kinds of findings', of: Object.entries(FINDING_KINDS) },
    load: async () => (await import('./anomalies.ts')).anomaliesCommand,
  },
  {
    name: 'detect',
    usage: '',
    summary: 'what rules find: escapes, thefts, escalations, ruin; our own, Falco’s and Sigma’s',
    takes: [],
    flags: [
      ...WHERE_FROM,
      ...WHEN,
      'follow',
      ...WHAT,
      'rules',
      'severity',
      ...OUT,
      'fail-on',
      'explain-rule',
      'test',
      ...CLUSTER,
      ...OTHER,
    ],
    examples: [
      ['Did anything happen in the last day that one should know of?', 'detect --severity medium'],
      ['What does a rule say, and what is to be done?', 'detect --explain-rule exec-into-pod'],
      ['The same with rules of your own and the Falco rules you have', 'detect --rules pack --rules ./rules'],
      ['In a pipeline: fail on what is grave, and keep the report', 'detect --fail-on high -o sarif'],
      ['Do the tests in a rule file hold?', 'detect --rules ./rules --test'],
    ],
    terms: null,
    load: async () => (await import('./detect.ts')).detectCommand,
  },
  {
    name: 'watch',
    usage: '',
    summary: 'what rules find, as it happens, with alerts; goes on where it stopped',
    takes: [],
    instead: {
      follow: 'it follows by itself; --once does not',
      demo: 'the demo is a recorded incident, and nothing more is written to it: detect --demo',
    },
    flags: [
      ...WHERE_FROM.filter((name) => name !== 'demo' && name !== 'index'),
      ...WHEN,
      'once',
      ...WHAT,
      'rules',
      'severity',
      'to',
      'state',
      'resolve-after',
      'metrics',
      'manifest',
      ...OUT.filter((name) => name !== 'live' && name !== 'limit' && name !== 'reveal'),
      ...CLUSTER,
      ...OTHER,
    ],
    examples: [
      ['What happens that one should know of, on this terminal?', 'watch --severity medium'],
      [
        'Tell Alertmanager, and Slack of what is grave',
        'watch --to alertmanager+http://127.0.0.1:9093 --to slack-high',
      ],
      [
        'From a log on this machine, with metrics for Prometheus',
        "watch --file /var/log/kubernetes/audit/audit.log --to 'slack://?url-env=SLACK_URL' --metrics 9090",
      ],
      ['Every five minutes, from a store', 'watch --once --source prod-logs --to oncall'],
      [
        'In the cluster, with the fewest rights',
        'watch --manifest --image registry.example/kubectl-audit:0.1.0 --to alertmanager+http://alertmanager.monitoring.svc:9093 | kubectl apply -f -',
      ],
    ],
    terms: null,
    load: async () => (await import('./watch.ts')).watchCommand,
  },
  {
    name: 'index',
    usage: '[PATH…]',
    summary: 'an index beside a large log file, so that the next questions read only the lines they show',
    takes: [],
    flags: ['file', 'clear', 'output', ...OTHER],
    examples: [
      ['Index a log, or what it has grown by', 'index /var/log/kubernetes/audit/audit.log'],
      ['Remove all indexes', 'index --clear'],
    ],
    terms: null,
    load: async () => (await import('./index-log.ts')).indexCommand,
  },
  {
    name: 'sources',
    usage: '[list | add [NAME URL] | test NAME…]',
    summary: 'the log stores that are configured, for which contexts; one more; whether one can be read',
    takes: [],
    flags: ['output', 'yes', ...CLUSTER, ...OTHER],
    examples: [
      ['Which log stores are configured?', 'sources'],
      [
        'Add one, for the context prod',
        'sources add prod-logs victorialogs+https://logs.example:9428 --context prod',
      ],
      ['Can it be read, and what does it hold?', 'sources test prod-logs'],
    ],
    terms: null,
    load: async () => (await import('./sources/sources.ts')).sourcesCommand,
  },
  {
    name: 'completion',
    usage: SHELLS.join('|'),
    summary: 'a script that lets your shell complete questions, verbs, flags, types and names',
    takes: ['shell'],
    flags: OTHER,
    examples: [['The script for bash', 'completion bash']],
    terms: { heading: 'How to use it', of: Object.entries(SHELL_USE) },
    load: async () => (await import('./completion.ts')).completionCommand,
  },
];

/** `words`: as typed. Throws AUDIT_USAGE for none, AUDIT_UNKNOWN_COMMAND for one that is no question. */
export function findCommand(words: readonly string[], calledAs: string): CommandSummary {
  const [name] = words;
  const names = COMMANDS.map((command) => command.name);
  if (name === undefined) {
    throw new UserError('AUDIT_USAGE', `ask a question: ${names.join(', ')}`, {
      hint: `${calledAs} who-did delete deploy/api --demo; ${calledAs} --help lists questions and flags`,
    });
  }
  const found = COMMANDS.find((command) => command.name === name);
  if (found !== undefined) return found;
  const isVerb = findWord(name) !== null;
  throw new UserError(
    'AUDIT_UNKNOWN_COMMAND',
    `there is no question ${JSON.stringify(name)}${isVerb ? '' : didYouMean(name, names)}`,
    {
      hint: isVerb
        ? `${calledAs} who-did ${words.map(shellQuoted).join(' ')}`
        : `${calledAs} --help lists questions and flags`,
    },
  );
}
