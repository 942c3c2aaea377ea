/** Flags of commands that are offered, each after a space. Values come from events. */
import { shellQuoted } from '../event/shell.ts';

/** A value that begins with a dash would be taken for a flag of its own, quoted or not. */
export function flagText(name: string, value: string): string {
  return value.startsWith('-') ? ` --${name}=${shellQuoted(value)}` : ` --${name} ${shellQuoted(value)}`;
}

export function namespaceText(namespace: string): string {
  return namespace.startsWith('-') ? flagText('namespace', namespace) : ` -n ${shellQuoted(namespace)}`;
}
