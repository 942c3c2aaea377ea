/**
 * Which keys of a record may hold what it carries. Told by their words, as every forwarder and store has names of its own;
 * not any key, because the others hold what clients chose: a server's own JSON log has their user agents in it.
 */

const WORDS: ReadonlySet<string> = new Set(
  `additional attribute attributes attrs audit batch body content custom data detail details doc document entries entry
  event events field fields full hit hits instrumentation item items json k8s kube kubernetes label labels library line
  lines log logline logs map message messages msg obj object original parsed payload processed properties raw rec record
  records rendered resource result results row rows s scope short source stream streams string structured table tables
  text value values`.split(/\s+/),
);

/** Beyond, no key is one. */
const MAX_KEY_LENGTH = 60;
const MAX_KNOWN = 1_000;
const known = new Map<string, boolean>();

/** `message`, `log_s`, `@message`, `properties_log`, `logEvents`, `_RAW`: every word of it is one for what is carried. */
export function isCarrier(key: string): boolean {
  if (key.length > MAX_KEY_LENGTH) return false;
  const answer = known.get(key);
  if (answer !== undefined) return answer;
  if (known.size >= MAX_KNOWN) known.clear();
  const words = key.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).filter((word) => word !== '');
  const isOne = words.length > 0 && words.every((word) => WORDS.has(word.toLowerCase()));
  known.set(key, isOne);
  return isOne;
}
