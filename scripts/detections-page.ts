/** docs/detections.md, of the rules that come with the program: what each detects, what the log must hold, and what is harmless. */
import { loadRules } from '../src/rules/load-rules.ts';
import { packFiles } from '../src/rules/pack-files.ts';
import { type Correlation, type Rule, SEVERITIES } from '../src/rules/rule.ts';
import { PEER_DETECTIONS, PEERS } from '../test/rules/pack/peer-detections.ts';
import { MATRIX_NAMES } from './threat-matrix.ts';

const THEMES: Readonly<Record<string, string>> = {
  'access.yaml': 'Who gets in, as whom, and who is turned away',
  'exec.yaml': 'Into containers and onto nodes',
  'secrets-and-tokens.yaml': 'Secrets and tokens',
  'rbac.yaml': 'Rights',
  'workloads.yaml': 'What runs',
  'admission-and-certificates.yaml': 'Admission and certificates',
  'network-and-config.yaml': 'Network and configuration',
  'recon.yaml': 'Looking around',
  'incidents.yaml': 'Incidents',
};

export async function detectionsPage(): Promise<string> {
  const { rules } = await loadRules(packFiles());
  const files = packFiles().map(({ file }) => file);
  const unknown = files.filter((file) => !Object.hasOwn(THEMES, nameOf(file)));
  if (unknown.length > 0) throw new Error(`detections-page.ts has no theme for ${unknown.join(', ')}`);
  const themes = Object.entries(THEMES).map(([name, theme]) =>
    section(
      theme,
      rules.filter(({ place }) => nameOf(place.file) === name),
    ),
  );
  return [INTRODUCTION, summary(rules), ...themes, matrix(rules), peers()].join('\n\n').concat('\n');
}

const INTRODUCTION = `<!-- Made by \`npm run docs\` from src/rules/pack. -->
# What \`detect\` finds

The rules that come with the program, most of them about one request, some about several that come together. \`kubectl audit detect --explain-rule exec-into-pod\` prints
one whole, with what to do first; \`--rules ID,…\` and \`--severity\` choose among them. Rules of your own, Falco's and Sigma's load beside them.

What makes them right:

- A request is told of once, whatever stages of it were logged; a login that failed is at ResponseStarted only.
- exec, attach and port-forward are the subresource: a websocket's \`get\` and SPDY's \`create\` are one deed.
- Done is what was answered with 2xx (or 101), never the authorizer's decision alone: that is \`allow\` on a refused escalation too. Refused are 401, 403, and what admission refuses with any code.
- Of the source addresses the last counts, which the client cannot choose.
- Dry runs change nothing, and are left out. Server-side apply creates by \`patch\`.
- Components, nodes and the controllers of kube-system, as themselves, do these things all day, and are left out where it says so; whoever only acts as one of them is not.

How grave: \`info\` is ordinary work that is worth a record; \`low\` and \`medium\` want a look; \`high\` and \`critical\` want somebody now. Rights given by somebody who is
cluster-admin already, or in system:masters, are ordinary administration; the same by somebody else is not. Combinations are graver than their parts: a refusal and then the
deed, a binding to oneself and then its use, a token taken out and then used.

*Level* is what the log must hold of the request: at Metadata there are no bodies. \`detect\` says which rules a log cannot answer.`;

function summary(rules: readonly Rule[]): string {
  const rows = [...SEVERITIES]
    .reverse()
    .map((severity) => [severity, String(rules.filter((rule) => rule.severity === severity).length)]);
  return table(['Severity', `Rules, ${rules.length} in all`], rows);
}

function section(theme: string, rules: readonly Rule[]): string {
  const gravest = (rule: Rule) => -SEVERITIES.indexOf(rule.severity);
  const rows = [...rules]
    .sort((a, b) => gravest(a) - gravest(b))
    .map((rule) => [
      `\`${rule.id}\``,
      rule.severity,
      `${rule.title}${together(rule.correlation)}. ${rule.why}`,
      rule.level,
      rule.falsePositives.join(' '),
      rule.tags.map(tagText).join(', '),
    ]);
  return `## ${theme}\n\n${table(['Rule', 'Severity', 'Detects', 'Level', 'Harmless', 'Techniques'], rows)}`;
}

function together(correlation: Correlation | null): string {
  if (correlation === null) return '';
  if (correlation.kind === 'first seen') return ` (not in the ${duration(correlation.lookBackUs)} before)`;
  return ` (within ${duration(correlation.withinUs)})`;
}

function duration(us: number): string {
  const minutes = us / 60_000_000;
  return minutes >= 1440 ? `${minutes / 1440} d` : minutes >= 60 ? `${minutes / 60} h` : `${minutes} min`;
}

function tagText(tag: string): string {
  return tag
    .replace(/^attack\./, '')
    .toUpperCase()
    .replace(/^OPERATIONS$/, 'operations');
}

function matrix(rules: readonly Rule[]): string {
  const rows = Object.entries(MATRIX_NAMES).map(([id, name]) => {
    const of = rules.filter(({ tags }) => tags.includes(id)).map((rule) => `\`${rule.id}\``);
    return [id.toUpperCase(), name, of.length > 0 ? of.join(', ') : (NOT_IN_LOG[id] ?? '')];
  });
  return `## By Microsoft's threat matrix\n\n${table(['Id', 'Technique', 'Rules'], rows)}`;
}

const INSIDE = 'happens inside of the container: no request of it';
const NOT_IN_LOG: Readonly<Record<string, string>> = {
  'ms-ta9004': INSIDE,
  'ms-ta9009': INSIDE,
  'ms-ta9010': INSIDE,
  'ms-ta9017': 'a file on the node; only the kubelet’s mirror pod is logged',
  'ms-ta9021': INSIDE,
  'ms-ta9026': INSIDE,
  'ms-ta9037': 'a pull by the node from the registry',
};

function peers(): string {
  const parts = PEERS.map((peer) => {
    const rows = PEER_DETECTIONS.filter((one) => one.peer === peer).map(({ name, rules, remark }) => [
      name,
      [rules.map((id) => `\`${id}\``).join(', '), remark ?? ''].filter((text) => text !== '').join('. '),
    ]);
    return `### ${peer === 'nobody' ? 'Nobody else' : peer}\n\n${table([peer === 'nobody' ? 'Detection' : 'Theirs', 'Ours'], rows)}`;
  });
  return `## By others' rules\n\nNamed by what their makers call them; theirs load too (\`--rules\`), where they are Falco's or Sigma's.\n\n${parts.join('\n\n')}`;
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('*', '\\*')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
