/** The secrets of a command line, by the flag before them: `--password x`, `mysql -px`, `curl -u me:x`. */
import { namesSecret, REDACTED } from './secret-names.ts';

/** Programs whose one-letter flag is followed by a secret; `docker login` and its like. A `-p` of others is a port, a path, a project. */
const SHORT_FLAGS: ReadonlyMap<string, string> = new Map([
  ...['mysql', 'mysqldump', 'mysqladmin', 'mysqlcheck', 'mysqlimport', 'mysqlsh'].map(withFlag('p')),
  ...['mariadb', 'mariadb-dump', 'mariadb-admin', 'mariadb-check', 'sshpass'].map(withFlag('p')),
  ...['mongo', 'mongosh', 'mongodump', 'mongorestore', 'mongoexport'].map(withFlag('p')),
  ...['login', 'rabbitmqadmin'].map(withFlag('p')),
  ...['redis-cli', 'valkey-cli'].map(withFlag('a')),
  ...['curl'].map(withFlag('u')),
  ...['ldapsearch', 'ldapmodify', 'ldapadd', 'ldapwhoami'].map(withFlag('w')),
]);

function withFlag(letter: string): (program: string) => readonly [string, string] {
  return (program) => [program, letter];
}

/** Of words in their order; what is no text is left alone. The list itself when it has none. */
export function maskArguments(words: readonly unknown[]): readonly unknown[] {
  const masked = maskWords(words);
  return masked.every((word, n) => word === words[n]) ? words : masked;
}

/** The same of words in one text, and of a shell's line that is one argument. */
export function maskCommandLine(text: string): string {
  if (!/\s-/.test(text) && !text.startsWith('-')) return text;
  const parts = text.split(/(\s+)/);
  const words = parts.filter((_, n) => n % 2 === 0);
  const masked = maskWords(words);
  return parts.map((part, n) => (n % 2 === 0 ? masked[n / 2] : part)).join('');
}

function maskWords(words: readonly unknown[]): unknown[] {
  let letter: string | undefined;
  let before = '';
  return words.map((word) => {
    if (typeof word !== 'string') {
      before = '';
      return word;
    }
    const flag = before;
    before = word;
    letter = SHORT_FLAGS.get(programOf(word)) ?? letter;
    if (isSecretFlag(flag) && !word.startsWith('-')) return blank(word);
    if (letter === undefined || word === REDACTED) return word;
    if (flag === `-${letter}` && isValue(letter, word)) return blank(word);
    const isGlued =
      letter !== 'u' && !word.startsWith('--') && word.startsWith(`-${letter}`) && word.length > 2;
    return isGlued ? `-${letter}${REDACTED}` : word;
  });
}

function isSecretFlag(word: string): boolean {
  return /^--?\w[\w.-]{1,63}$/.test(word) && namesSecret(word);
}

/** curl's user without a password is a name. */
function isValue(letter: string, word: string): boolean {
  return !word.startsWith('-') && (letter !== 'u' || word.includes(':'));
}

function programOf(word: string): string {
  const name = word.slice(-40);
  return name.slice(name.lastIndexOf('/') + 1).replace(/^[^\w]+/, '');
}

function blank(word: string): string {
  return word === '' ? word : REDACTED;
}
