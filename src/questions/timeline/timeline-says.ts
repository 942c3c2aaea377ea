/** A timeline's sentence, and the commands to try next. */
import type { Coverage, Gap } from '../../event/coverage.ts';
import { formatMicros } from '../../event/micros.ts';
import { kubectlName } from '../../event/resource-names.ts';
import { flagText, namespaceText, shellQuoted } from '../../event/shell.ts';
import { isOneObject } from '../../query/object-query.ts';
import { actorName } from '../cause-chain/actor-name.ts';
import { isOfControlPlane } from '../cause-chain/controllers.ts';
import { objectName } from '../object-name.ts';
import { isWrite } from '../who-did/deed.ts';
import type { TimelineParams } from './timeline-params.ts';
import { isNamespace } from './timeline-query.ts';
import type { Node } from './tree.ts';

export interface Told {
  readonly params: TimelineParams;
  /** All of them, in the order of time. */
  readonly nodes: readonly Node[];
  readonly coverage: Coverage;
  readonly gaps: readonly Gap[];
  readonly isWidened: boolean;
}

export function sentence(told: Told): string {
  const { nodes, params } = told;
  if (nodes.length === 0) return nothingWords(told);
  const [first, last] = [nodes[0], nodes.at(-1)].map((node) => short(node?.fact.row.when ?? null));
  const when = first === last ? `at ${first}` : `from ${first} to ${last}`;
  const refused = nodes.filter(({ fact }) => fact.effect === 'refused').length;
  return [
    `${objectName(params.object)}: ${counted(nodes.length, 'request', 'requests')} ${when} by ${whoWords(nodes)}`,
    ...(refused === 0 ? [] : [`${refused} refused`]),
  ].join('; ');
}

function nothingWords({ params, coverage, gaps }: Told): string {
  const about = objectName(params.object);
  if (coverage.from === null)
    return `this log cannot tell what happened to ${about}: it holds nothing of that time`;
  if (coverage.witness === 0)
    return `this log cannot tell what happened to ${about}: it holds no request of that kind`;
  const span = `between ${short(coverage.from)} and ${short(coverage.to)}`;
  const doubt = coverage.complete && gaps.length === 0 ? '' : ' in what was read, which is not all';
  return `nothing that was asked for happened to ${about} ${span}${doubt}`;
}

const NAMED = 4;

/** Those with most requests first; the cluster's own are counted. */
function whoWords(nodes: readonly Node[]): string {
  const counts = new Map<string, number>();
  const own = new Set<string>();
  for (const { fact } of nodes) {
    const name = actorName(fact.row.who);
    if (isOfControlPlane(fact)) own.add(name);
    else counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
  const more = names.length - NAMED;
  const parts = [
    ...names.slice(0, NAMED),
    ...(more > 0 ? [counted(more, 'other', 'others')] : []),
    ...(own.size > 0 ? [counted(own.size, 'component of the cluster', 'components of the cluster')] : []),
  ];
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

const NEXT = 3;

export function nextCommands({ params, nodes, isWidened }: Told): string[] {
  const { object, calledAs, sameLogs, sameBeside, sameWindow, sameQuestion } = params;
  const window = isWidened ? '' : sameWindow;
  const command = (words: string) => `${calledAs} ${words}${window}${sameBeside}${sameLogs}`;
  const [name, namespace] =
    object.kind === 'resource' && isOneObject(object) ? [object.name, object.namespace] : [null, null];
  const type = object.kind === 'resource' ? kubectlName(object.group ?? '', object.resources[0] ?? '') : '';
  const place = namespace === null ? '' : namespaceText(namespace);
  const who = actorToAsk(nodes);
  return [
    ...(name !== null && isNamespace(object) ? [command(`timeline${namespaceText(name)}`)] : []),
    ...(name !== null && nodes.some(({ fact }) => isWrite(fact))
      ? [
          `${calledAs} what-changed ${shellQuoted(`${type}/${name}`)}${place}${isWidened ? '' : clockText(params.window)}${sameLogs}`,
        ]
      : []),
    ...(who === null || params.actors !== null ? [] : [command(`timeline -A${flagText('by', who)}`)]),
    ...(nodes.length > 0 ? [`${command(`timeline${sameQuestion}`)} -o markdown`] : []),
    ...(nodes.length === 0 && name !== null
      ? [command(`timeline ${shellQuoted(`${type}/${name}`)} -A --since 30d`)]
      : []),
  ].slice(0, NEXT);
}

const SECOND_US = 1_000_000;

/** For questions that know no --around. */
function clockText({ sinceUs, untilUs, isDefault }: TimelineParams['window']): string {
  const flag = (name: string, seconds: number) =>
    flagText(name, formatMicros(seconds * SECOND_US).replace('.000000Z', 'Z'));
  return isDefault
    ? ''
    : [
        sinceUs === null ? '' : flag('since', Math.floor(sinceUs / SECOND_US)),
        untilUs === null ? '' : flag('until', Math.ceil(untilUs / SECOND_US)),
      ].join('');
}

/** Whoever last changed something, of those that are no part of the cluster. */
function actorToAsk(nodes: readonly Node[]): string | null {
  const deed = nodes.findLast(({ fact }) => isWrite(fact) && !isOfControlPlane(fact));
  return deed?.fact.row.who.user ?? null;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** To the second; rows have the rest. */
function short(at: string | null): string {
  return at === null ? 'an unknown time' : at.replace(/\.\d+Z$/, 'Z');
}
