/**
 * What the configuration file says: log stores by name, and which of them hold the audit log of which kubeconfig context; receivers of
 * alerts by name. What can be set about one is its kind's to say (sources/, alerts/): here its settings stay as they are, with the places
 * they stand at.
 */
import type * as z from 'zod';
import type { UserError } from '../errors.ts';

export interface Config {
  readonly path: string;
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  /** Of alerts; what can be set about one is its kind's to say (alerts/receivers). */
  readonly receivers: ReadonlyMap<string, ConfiguredSource>;
  /** Of each kubeconfig context that is named: names of sources, `node` for the control plane's own files. */
  readonly contexts: ReadonlyMap<string, readonly string[]>;
  /** Of the others; null: nothing is said about them. */
  readonly others: readonly string[] | null;
  /** Of what is paid for, more is asked about first: `10GB`. Null: nothing is said about it. */
  readonly confirmAbove: string | null;
}

/** Null: nothing is said about it. */
export function sourcesOf({ contexts, others }: Config, context: string): readonly string[] | null {
  return contexts.get(context) ?? others;
}

export function emptyConfig(path: string): Config {
  return {
    path,
    sources: new Map(),
    receivers: new Map(),
    contexts: new Map(),
    others: null,
    confirmAbove: null,
  };
}

/** A log store, or a receiver of alerts. */
export interface ConfiguredSource {
  readonly name: string;
  /** A kind of store: `loki`; or of receiver: `slack`. */
  readonly type: string;
  /** All but `type`. Still to be held against what the kind knows. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The error that what zod says of its settings means, with line and column. */
  readonly refuse: (error: z.ZodError) => UserError;
}

/** The name that stands for the control plane's own files. */
export const NODE = 'node';

export const SOURCE_NAME = /^[A-Za-z0-9][\w.-]*$/;
