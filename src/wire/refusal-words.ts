/** What a server that answers with a status gave as its reason, fit for a message. */

/** A page of HTML is no message; what says nothing is told by its status. */
export function reasonOr(status: number, said: string): string {
  return shortened(said) || WORDS[status] || 'no reason given';
}

export function shortened(said: string): string {
  const trimmed = said.trim();
  if (trimmed.startsWith('<')) return 'a page of HTML';
  return trimmed.length <= 500 ? trimmed : `${trimmed.slice(0, 500)}…`;
}

const WORDS: Readonly<Record<number, string>> = {
  404: 'there is no such thing',
  429: 'too many requests',
  500: 'an error of its own',
  502: 'what is behind it does not answer',
  503: 'not available',
  504: 'what is behind it is too slow',
};
