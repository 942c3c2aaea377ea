/**
 * `watch --manifest`: what runs a watch in the cluster, with the rights that docs/rights.md names for the logs that it reads, and no
 * others. Printed, never applied.
 */
import { parseListenAt } from '../alerts/metrics-server.ts';
import { parseAdHoc } from '../config/ad-hoc.ts';
import { readConfig } from '../config/config-file.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { manifestText } from '../render/manifest.ts';
import { namedRules } from '../rules/read-rules.ts';
import { boolFlag, type FlagName, type FlagValues, listFlag, textFlag } from './flags.ts';
import { checkReceivers } from './open-receivers.ts';
import { RULES_FOLDER, ruleFile, watchObjects } from './watch-objects.ts';

/** What a watch in the cluster cannot do, or does anyway. */
const ALIEN: Readonly<Partial<Record<FlagName, string>>> = {
  file: "a file lies on one machine: leave it out, and the nodes' logs are read through the API server",
  state: 'the state lies on a volume of its own',
  until: 'it ends when it is deleted',
  'max-bytes': 'it reads what there is',
};
/** Handed on as they were typed. */
const HANDED_ON: readonly FlagName[] = [
  ...(['node', 'log-path', 'source', 'since', 'namespace', 'by', 'not-by', 'humans', 'verb'] as const),
  ...(['code', 'from-ip', 'user-agent', 'subresource', 'dry-run', 'where', 'severity', 'to'] as const),
  'resolve-after',
];
/** A ConfigMap holds no more. */
const MOST_BYTES = 1_000_000;

export async function printWatchManifest(flags: FlagValues, io: Io): Promise<number> {
  checkGoesWith(flags);
  const { config, env, secrets } = await neededBy(flags, io);
  const { files, ids, isPackWanted } = await namedRules(listFlag(flags, 'rules'));
  if (files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) > MOST_BYTES)
    throw new UserError('AUDIT_USAGE', 'the rule files are larger than a ConfigMap may be', {
      hint: 'put them into the image, and change the manifest to name them there',
    });
  // One by one: a folder of a ConfigMap holds its files more than once.
  const paths = files.map((_, n) => `${RULES_FOLDER}/${ruleFile(n)}`);
  const rules = [...paths, ...ids, ...(isPackWanted ? ['pack'] : [])];
  const port = textFlag(flags, 'metrics');
  const image = imageOf(flags);
  const objects = watchObjects({
    image,
    isOnce: boolFlag(flags, 'once') === true,
    reads: {
      nodes: listFlag(flags, 'source').length === 0,
      nodeList: listFlag(flags, 'node').length === 0,
      serverPods: textFlag(flags, 'log-path') === null,
    },
    args: [...argsOf(flags), ...rules.flatMap((one) => ['--rules', one])],
    metricsPort: port === null ? null : parseListenAt(port).port,
    rules: files.map(({ text }) => text),
    ...{ config, env, secrets },
  });
  await io.out.write(manifestText(objects, commentsOn(image, env)));
  return 0;
}

function checkGoesWith(flags: FlagValues): void {
  for (const [name, why] of Object.entries(ALIEN)) {
    if (flags[name as FlagName] === undefined) continue;
    throw new UserError('AUDIT_USAGE', `--${name} and --manifest exclude each other`, { hint: why });
  }
  const via = textFlag(flags, 'via') ?? 'proxy';
  if (via !== 'proxy')
    throw new UserError('AUDIT_USAGE', `--manifest is for --via proxy, not --via ${via}`, {
      hint: 'leave --via out',
    });
}

function imageOf(flags: FlagValues): string {
  const image = textFlag(flags, 'image') ?? '';
  if (image !== '') return image;
  throw new UserError('AUDIT_USAGE', '--manifest needs an --image with this program in it', {
    hint: 'docs/questions/watch.md says how one is made; then --image registry.example/kubectl-audit:TAG',
  });
}

function argsOf(flags: FlagValues): string[] {
  return HANDED_ON.flatMap((name) => {
    const isOn = boolFlag(flags, name);
    if (isOn !== null) return [isOn ? `--${name}` : `--no-${name}`];
    return listFlag(flags, name).flatMap((value) => [`--${name}`, value]);
  });
}

function commentsOn(image: string, env: readonly string[]): string[] {
  const literals = env.map((name) => ` --from-literal=${name}=…`).join('');
  return [
    `A watch over the audit log, run by ${image}: for kubectl apply -f -. docs/questions/watch.md says what each part is for.`,
    ...(env.length === 0 ? [] : ['Its secrets, which it waits for:']),
    ...(env.length === 0
      ? []
      : [`kubectl -n kubectl-audit create secret generic kubectl-audit-watch${literals}`]),
  ];
}

interface Needed {
  /** Of the configuration file: what is named; null: nothing is. */
  readonly config: object | null;
  /** Variables that secrets are in. */
  readonly env: readonly string[];
  /** Secrets that it reads through the API server: NAMESPACE/NAME. */
  readonly secrets: readonly string[];
}

/** Of receivers and sources by name: their settings; of all: where their secrets are to be had. */
async function neededBy(flags: FlagValues, io: Io): Promise<Needed> {
  const [to, from] = [listFlag(flags, 'to'), listFlag(flags, 'source')];
  await checkReceivers(to, io);
  const adHoc = [...to, ...from].flatMap((one) => parseAdHoc(one, '--to …') ?? []);
  const isNamed = adHoc.length < to.length + from.length;
  const config = isNamed ? await readConfig(io.env) : null;
  const named = (of: 'receivers' | 'sources', names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const found = config?.[of].get(name);
        return found === undefined ? [] : [[name, { type: found.type, ...found.settings }]];
      }),
    );
  const [receivers, sources] = [named('receivers', to), named('sources', from)];
  const places = [...adHoc.map(({ settings }) => settings), receivers, sources].flatMap(secretsIn);
  return {
    config: isNamed ? { version: 1, receivers, sources } : null,
    env: [...new Set(places.flatMap(({ env = null }) => env ?? []))].sort(),
    secrets: [
      ...new Set(places.flatMap(({ secret = null }) => secret?.split('/').slice(0, 2).join('/') ?? [])),
    ].sort(),
  };
}

/** Wherever they stand in settings. Throws for one that is on this machine only. */
function secretsIn(settings: unknown): { readonly env?: string; readonly secret?: string }[] {
  if (typeof settings !== 'object' || settings === null) return [];
  const entries = Object.entries(settings);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) {
    const [kind, value] = only;
    if ((kind === 'env' || kind === 'secret') && typeof value === 'string') return [{ [kind]: value }];
    if (kind === 'file' || kind === 'exec')
      throw new UserError(
        'AUDIT_BAD_CONFIG',
        `a secret from ${kind === 'file' ? 'a file' : 'a command'} is not to be had in the cluster`,
        {
          hint: 'say {env: NAME}, and it is taken from the Secret kubectl-audit-watch; or {secret: NAMESPACE/NAME/KEY}',
        },
      );
  }
  return entries.flatMap(([, value]) => secretsIn(value));
}
