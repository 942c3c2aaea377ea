/** Text for a shell: names come from events, and a command that is offered will be pasted. */

/** As it is when plain; else in single quotes, in which nothing acts. What a terminal would act on is left out. */
export function shellQuoted(text: string): string {
  // zsh takes a word that begins with = for a program's path, and ~ is a home.
  if (/^[\w./:@%+,-][\w./:@%+=,-]*$/.test(text)) return text;
  return `'${text.replace(UNSEEN, '?').replaceAll("'", "'\\''")}'`;
}

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A flag of a command that is offered, after a space. A value that begins with a dash would be taken for a flag of its own, quoted or not. */
export function flagText(name: string, value: string): string {
  return value.startsWith('-') ? ` --${name}=${shellQuoted(value)}` : ` --${name} ${shellQuoted(value)}`;
}

export function namespaceText(namespace: string): string {
  return namespace.startsWith('-') ? flagText('namespace', namespace) : ` -n ${shellQuoted(namespace)}`;
}
