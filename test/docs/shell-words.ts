/** A command as a shell takes it apart, as far as pages use it: quotes, backslashes, pipes; a redirection stays a word. */

/** The words of each command of the pipe. */
export function shellWords(line: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | null = null;
  for (const [, single, double, escaped, space, pipe, plain] of line.matchAll(TOKENS)) {
    if (space !== undefined || pipe !== undefined) {
      if (word !== null) commands.at(-1)?.push(word);
      word = null;
      if (pipe !== undefined) commands.push([]);
    } else
      word = `${word ?? ''}${single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? ''}`;
  }
  if (word !== null) commands.at(-1)?.push(word);
  return commands;
}

const TOKENS = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(\s+)|(\|)|([^\s'"\\|]+)/g;
