/** `sources add`: one more log store in the configuration file, from a name and a URL; on a terminal, what is missing is asked for. */
import { parseAdHoc } from '../../config/ad-hoc.ts';
import { NODE, SOURCE_NAME } from '../../config/config.ts';
import { readConfig } from '../../config/config-file.ts';
import { addToConfig } from '../../config/write-config.ts';
import { UserError } from '../../errors.ts';
import { flagText } from '../../event/shell.ts';
import type { Io } from '../../io.ts';
import { escapeTerminal } from '../../render/escape.ts';
import { STORE_KINDS } from '../../sources/registry.ts';
import { Asking } from '../asking.ts';
import { type FlagValues, textFlag } from '../flags.ts';
import { chosenStore } from '../open-stores.ts';

export async function addSource(words: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const missing = new Missing(io);
  const [givenName, givenUrl, surplus] = words;
  if (surplus !== undefined)
    throw new UserError(
      'AUDIT_USAGE',
      `sources add takes a name and a URL, and ${JSON.stringify(surplus)} is one more`,
      {
        hint: example(io),
      },
    );
  const name = givenName ?? (await missing.ask('a name for it'));
  if (!SOURCE_NAME.test(name) || name === NODE)
    throw new UserError('AUDIT_USAGE', `${JSON.stringify(name)} is no name for a source`, {
      hint: 'letters, digits, dots, hyphens and underscores; node stands for the nodes’ own files',
    });
  const config = await readConfig(io.env);
  if (config.sources.has(name))
    throw new UserError('AUDIT_USAGE', `there is a source ${JSON.stringify(name)} already`, {
      hint: `change it in ${config.path}`,
    });
  const url =
    givenUrl ?? (await missing.ask(`its URL (${STORE_KINDS.join(', ')}; such as loki+http://HOST:PORT)`));
  if (parseAdHoc(url) === null)
    throw new UserError('AUDIT_USAGE', `${JSON.stringify(url)} is no URL of a store`, { hint: example(io) });
  // Whatever is wrong with it is said before it is written.
  const { type, settings } = await chosenStore(url, null);
  const asked =
    givenUrl === undefined
      ? await missing.ask('the kubeconfig context whose audit log it holds (empty: none)')
      : '';
  const context = textFlag(flags, 'context') ?? (asked || null);
  const { path } = config;
  await addToConfig(path, { name, settings: { type, ...(settings as Record<string, unknown>) }, context });
  const use = context === null ? `--source ${name}` : flagText('context', context).trim();
  const lines = [
    `added ${name} to ${path}: ${io.calledAs} … ${use}`,
    `try it: ${io.calledAs} sources test ${name}`,
  ];
  await io.out.write(`${lines.map(escapeTerminal).join('\n')}\n`);
  return 0;
}

function example({ calledAs }: Io): string {
  return `${calledAs} sources add prod-logs 'loki+https://loki.example:3100?selector={job="k8s-audit"}' --context prod`;
}

/** What the command line does not say. */
class Missing {
  readonly #io: Io;
  readonly #asking: Asking;

  constructor(io: Io) {
    this.#io = io;
    this.#asking = new Asking(io);
  }

  async ask(what: string): Promise<string> {
    if (!this.#io.inIsTTY)
      throw new UserError('AUDIT_USAGE', `sources add: ${what} is missing`, { hint: example(this.#io) });
    const answer = await this.#asking.ask(`${what}:`);
    if (answer === null) throw new UserError('AUDIT_USAGE', 'nothing was added', { hint: example(this.#io) });
    return answer;
  }
}
