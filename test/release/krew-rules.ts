/**
 * krew's rules for a manifest and its archive, as its validator and its installer hold them (internal/index/validation,
 * cmd/validate-krew-manifest, internal/download): what is wrong, in words. krew itself is in no package registry.
 */

type Json = Readonly<Record<string, unknown>>;

/** `fileName`: of the manifest. */
export function manifestFaults(manifest: unknown, fileName: string): string[] {
  const faults: string[] = [];
  const spec = objectAt(manifest, 'spec');
  const name = at(objectAt(manifest, 'metadata'), 'name');
  if (at(manifest, 'apiVersion') !== 'krew.googlecontainertools.github.com/v1alpha2')
    faults.push('apiVersion');
  if (at(manifest, 'kind') !== 'Plugin') faults.push('kind');
  if (typeof name !== 'string' || !/^[\w-]+$/.test(name) || WINDOWS_NAMES.test(name))
    faults.push('metadata.name');
  if (fileName !== `${String(name)}.yaml`) faults.push('the file is not named after the plugin');
  if (!/^v\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(String(at(spec, 'version')))) faults.push('spec.version');
  const short = at(spec, 'shortDescription');
  if (typeof short !== 'string' || short === '' || short.includes('\n') || short.length > 50)
    faults.push('spec.shortDescription');
  for (const line of String(at(spec, 'description') ?? '').split('\n'))
    if (line.length > 80) faults.push(`spec.description is wider than 80: ${line}`);
  if (!/^https:\/\//.test(String(at(spec, 'homepage')))) faults.push('spec.homepage');
  const platforms = at(spec, 'platforms');
  if (!Array.isArray(platforms) || platforms.length === 0) return [...faults, 'spec.platforms'];
  const served = platforms.map((platform) => platformsOf(platform));
  for (const [i, platform] of platforms.entries()) {
    faults.push(...platformFaults(platform).map((fault) => `platforms[${i}].${fault}`));
    if (served[i]?.length === 0) faults.push(`platforms[${i}] matches no platform of krew's`);
  }
  const all = served.flat();
  if (new Set(all).size < all.length) faults.push('platforms overlap');
  return faults;
}

const WINDOWS_NAMES = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

const PLATFORMS: readonly string[] = [
  ...['386', 'amd64', 'arm64'].flatMap((arch) => [`darwin/${arch}`, `windows/${arch}`]),
  ...['386', 'amd64', 'arm', 'arm64', 'ppc64le'].map((arch) => `linux/${arch}`),
];

function platformFaults(platform: unknown): string[] {
  const faults: string[] = [];
  if (!/^https?:\/\//.test(String(at(platform, 'uri')))) faults.push('uri');
  if (!/\.(?:tar\.gz|zip)$/.test(String(at(platform, 'uri')))) faults.push('uri is no .tar.gz or .zip');
  if (!/^[a-f0-9]{64}$/.test(String(at(platform, 'sha256')))) faults.push('sha256');
  if (typeof at(platform, 'bin') !== 'string' || !isInside(String(at(platform, 'bin')))) faults.push('bin');
  const files = at(platform, 'files');
  if (files === undefined) return faults;
  if (!Array.isArray(files) || files.length === 0) return [...faults, 'files is empty'];
  for (const file of files) {
    if (typeof at(file, 'from') !== 'string' || at(file, 'from') === '') faults.push('files.from');
    if (typeof at(file, 'to') !== 'string' || !isInside(String(at(file, 'to')))) faults.push('files.to');
  }
  return faults;
}

/** The pairs that a selector matches; only os and arch may be asked for. */
function platformsOf(platform: unknown): string[] {
  const selector = objectAt(platform, 'selector');
  const labels = Object.entries(objectAt(selector, 'matchLabels')).map(
    ([key, value]) => [key, [value]] as const,
  );
  const expressions = at(selector, 'matchExpressions');
  const asked = [
    ...labels,
    ...(Array.isArray(expressions) ? expressions : []).map(
      (one) => [String(at(one, 'key')), at(one, 'operator') === 'In' ? at(one, 'values') : []] as const,
    ),
  ];
  if (asked.some(([key]) => key !== 'os' && key !== 'arch')) return [];
  return PLATFORMS.filter((pair) => {
    const [os, arch] = pair.split('/');
    return asked.every(([key, values]) => Array.isArray(values) && values.includes(key === 'os' ? os : arch));
  });
}

/** `entries`: of the archive, as `tar -tv` tells them: type and name. */
export function archiveFaults(
  entries: readonly { readonly type: string; readonly name: string }[],
): string[] {
  const faults = entries.flatMap(({ type, name }) => [
    ...(type === '-' || type === 'd' ? [] : [`${name} is neither file nor folder`]),
    ...(isInside(name) ? [] : [`${name} leads out of the archive`]),
  ]);
  if (!entries.some(({ name }) => /(?:^|\/)(?:licen[cs]es?|copying)(?:\.\w+)?$/i.test(name)))
    faults.push('no LICENSE');
  return faults;
}

function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split('/').includes('..');
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;
}

function objectAt(value: unknown, key: string): Json {
  const found = at(value, key);
  return typeof found === 'object' && found !== null ? (found as Json) : {};
}
