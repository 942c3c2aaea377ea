/** The verb of a question as typed → a word of the trade, and what somebody meant who typed another. */
import { UserError } from '../errors.ts';
import { parseResource } from '../event/resource-names.ts';
import { shellQuoted } from '../event/shell.ts';
import { nearestName } from '../query/nearest.ts';
import { findWord, WORDS, type Word } from '../query/words.ts';

const NAMES = WORDS.map((word) => word.name);
const ALL = `verbs: ${NAMES.join(', ')}; or the API's own, such as list`;

/** `rest`: what follows it. Throws a UserError that offers the command again with a verb that there is. */
export function parseVerb(typed: string | undefined, rest: readonly string[], calledAs: string): Word {
  const word = typed === undefined ? null : findWord(typed);
  if (word !== null) return word;
  const again = (...words: readonly string[]): string =>
    `${calledAs} who-did ${words.map(shellQuoted).join(' ')}`;
  if (typed === undefined || typed === '') {
    throw new UserError('AUDIT_USAGE', 'who-did what? A verb is missing', {
      hint: `${again('delete', 'deploy/api')}; ${ALL}`,
    });
  }
  if (isObject(typed)) {
    throw new UserError('AUDIT_USAGE', `a verb is missing before ${JSON.stringify(typed)}`, {
      hint: `${again('touch', typed, ...rest)}; ${ALL}`,
    });
  }
  const meant = meantVerb(typed);
  throw new UserError('AUDIT_UNKNOWN_WORD', `${JSON.stringify(typed)} is not a verb that who-did knows`, {
    hint: meant === null ? ALL : again(meant, ...rest),
  });
}

/** A type that the table knows, or TYPE/NAME. */
function isObject(text: string): boolean {
  const [type = ''] = text.split('/');
  return /^[\w.-]+$/.test(type) && (text.includes('/') || parseResource(type).kind !== null);
}

/** What people say for it: `removed`; or a slip of the finger: `delet`. */
function meantVerb(typed: string): string | null {
  const said = typed.toLowerCase();
  const synonym = Object.entries(SYNONYMS).find(([, of]) => of.includes(said))?.[0];
  return synonym ?? nearestName(said, NAMES);
}

const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  delete: ['remove', 'removed', 'rm', 'kill', 'killed', 'drop', 'destroy', 'destroyed', 'del'],
  create: ['make', 'made', 'add', 'added', 'new'],
  change: ['modify', 'modified', 'edit', 'edited', 'apply', 'applied', 'replace', 'set', 'write', 'wrote'],
  read: ['see', 'view', 'access', 'accessed', 'describe'],
  exec: ['enter', 'entered', 'shell', 'ssh', 'run'],
  logs: ['log'],
  'port-forward': ['portforward', 'forward'],
  touch: ['do', 'did', 'any', 'anything', 'all'],
};
