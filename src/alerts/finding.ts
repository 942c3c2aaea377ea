/** A finding as `detect` tells it (PRODUCT §4), as far as alerts are made of it. All of its texts are hostile, and redacted already. */
import { SEVERITIES, type Severity } from '../rules/rule.ts';

export interface Finding {
  /** The rule's id. */
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly pack: string;
  readonly tags: readonly string[];
  readonly who: { readonly user: string | null; readonly as: string | null } | null;
  readonly object: {
    readonly group: string | null;
    readonly resource: string | null;
    readonly subresource: string | null;
    readonly namespace: string | null;
    readonly name: string | null;
  } | null;
  /** The addresses that most of it came from, the chief one first. */
  readonly from: {
    readonly top: readonly { readonly ip: string; readonly count: number }[];
    readonly distinct: number;
  };
  /** Requests. */
  readonly count: number;
  /** RFC 3339; null: the log does not say. */
  readonly first: string | null;
  readonly last: string | null;
  readonly why: string;
  /** Of the newest: the rule's own words, or what came together; null: there are none. */
  readonly detail: string | null;
  /** The command that shows the requests behind it. */
  readonly show: string;
  readonly auditIDs: readonly string[];
}

/** Of two, which is graver: the greater number. */
export function gravity(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** `alice as agent-smith`; null: the log does not say who. */
export function actorText({ who }: Finding): string | null {
  const user = who?.user ?? null;
  const as = who?.as ?? null;
  if (as === null) return user;
  return user === null ? as : `${user} as ${as}`;
}

/** `10.0.3.7`, `10.0.3.7 and 4 others`; null: the log does not say. */
export function addressText({ from }: Finding): string | null {
  const [chief] = from.top;
  if (chief === undefined) return null;
  return from.distinct <= 1 ? chief.ip : `${chief.ip} and ${from.distinct - 1} others`;
}

/** `pods/exec prod/api-1`; null: it is about no object. */
export function objectText({ object }: Finding): string | null {
  if (object === null || object.resource === null) return null;
  const { resource, subresource, namespace, name } = object;
  const type = subresource === null ? resource : `${resource}/${subresource}`;
  const which = [namespace, name].filter((part) => part !== null).join('/');
  return which === '' ? type : `${type} ${which}`;
}
