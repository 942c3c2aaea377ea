/**
 * krew's part in an installation, done as krew does it (internal/installation, internal/index/indexscanner; krew itself is in no package
 * registry): an index is cloned, a plugin's archive checked against its sum and unpacked into the store, its executable linked, a receipt
 * written. The archive is at hand, as with `krew install --archive`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

interface Manifest {
  readonly spec: {
    readonly version: string;
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: { readonly os: string; readonly arch: string } };
      readonly uri: string;
      readonly sha256: string;
      readonly bin: string;
    }[];
  };
}

export class KrewInstallation {
  /** `~/.krew`. */
  readonly #root: string;

  constructor(home: string) {
    this.#root = join(home, '.krew');
  }

  /** What belongs on the PATH. */
  get bin(): string {
    return join(this.#root, 'bin');
  }

  /** `repository`: a git repository, by any address that git takes. */
  addIndex(name: string, repository: string): void {
    const folder = join(this.#root, 'index', name);
    mkdirSync(join(folder, '..'), { recursive: true });
    execFileSync('git', ['clone', '--quiet', repository, folder], { stdio: 'pipe' });
  }

  /** `plugin`: `INDEX/NAME`. `archives`: the folder in which they lie. Throws when the archive is not the one that the index tells of. */
  install(
    plugin: string,
    archives: string,
    { os, arch }: { readonly os: string; readonly arch: string },
  ): void {
    const [index = '', name = ''] = plugin.split('/');
    const text = readFileSync(join(this.#root, 'index', index, 'plugins', `${name}.yaml`), 'utf8');
    const { spec } = parse(text) as Manifest;
    const platform = spec.platforms.find(
      ({ selector: { matchLabels } }) => matchLabels.os === os && matchLabels.arch === arch,
    );
    if (platform === undefined)
      throw new Error(`plugin "${name}" does not offer installation for this platform`);
    const archive = join(archives, basename(platform.uri));
    const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
    if (sum !== platform.sha256)
      throw new Error(`checksum does not match, want: ${platform.sha256}, got ${sum}`);
    const store = join(this.#root, 'store', name);
    for (const folder of [store, this.bin, join(this.#root, 'receipts')])
      mkdirSync(folder, { recursive: true });
    const unpacked = mkdtempSync(join(this.#root, 'unpacked-'));
    execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
    renameSync(unpacked, join(store, spec.version));
    symlinkSync(join(store, spec.version, platform.bin), this.#link(name));
    writeFileSync(join(this.#root, 'receipts', `${name}.yaml`), text);
  }

  uninstall(name: string): void {
    rmSync(this.#link(name));
    rmSync(join(this.#root, 'store', name), { recursive: true });
    rmSync(join(this.#root, 'receipts', `${name}.yaml`));
  }

  /** kubectl takes an underscore for a dash of the plugin's name. */
  #link(name: string): string {
    return join(this.bin, `kubectl-${name.replaceAll('-', '_')}`);
  }
}
