/**
 * From what a release was made: an in-toto statement with SLSA's provenance (slsa.dev/spec/v1.0/provenance), unsigned. Whoever
 * publishes it signs it; whoever doubts it makes the release again, and compares.
 */
import { gzipVersion } from './archive.ts';
import { NODE_VERSION, PLATFORMS } from './platforms.ts';

export interface Made {
  readonly name: string;
  readonly sha256: string;
}

/** `commit`: of the sources; `repository`: their address. */
export function provenanceOf(commit: string, repository: string, made: readonly Made[]): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: made.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${repository}/blob/main/scripts/release/release.ts`,
        externalParameters: { command: 'npm ci && npm run release' },
        internalParameters: { node: NODE_VERSION, gzip: gzipVersion() },
        resolvedDependencies: [
          { uri: `git+${repository}`, digest: { gitCommit: commit } },
          ...PLATFORMS.map(({ package: name, sha256 }) => ({
            uri: `pkg:npm/${name}@${NODE_VERSION}`,
            digest: { sha256 },
          })),
        ],
      },
      runDetails: { builder: { id: `${repository}/blob/main/CONTRIBUTING.md` } },
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}
