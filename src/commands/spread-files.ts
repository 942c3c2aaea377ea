/** `--file audit*.log` without quotes: the shell spreads the pattern, and all files but the first stand among the words. */
import { UserError } from '../errors.ts';

/** Throws AUDIT_USAGE for a word that lies beside a given file and is called alike. */
export function assertQuoted(words: readonly string[], files: readonly string[]): void {
  const stray = words.find((word) => files.some((file) => areSiblings(word, file)));
  if (stray === undefined) return;
  const { folder } = partsOf(stray);
  throw new UserError('AUDIT_USAGE', `${JSON.stringify(stray)} is one more file, and not an object`, {
    hint: `in quotes the shell leaves a pattern alone: --file '${folder}*.log*'; or repeat --file`,
  });
}

/** In one folder, and with one beginning (`audit.log`, `audit-2026-11-22.log.gz`) or ending. */
function areSiblings(a: string, b: string): boolean {
  const [one, other] = [partsOf(a), partsOf(b)];
  if (a === b || one.folder !== other.folder) return false;
  return one.stem === other.stem || (one.ending !== '' && one.ending === other.ending);
}

function partsOf(path: string): { folder: string; stem: string; ending: string } {
  const slash = path.lastIndexOf('/') + 1;
  const name = path.slice(slash);
  return {
    folder: path.slice(0, slash),
    stem: name.split(/[.-]/)[0] ?? '',
    ending: /\.\w+$/.exec(name)?.[0] ?? '',
  };
}
