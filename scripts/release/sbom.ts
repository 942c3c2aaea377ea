/** What a release is made of: CycloneDX 1.5 (cyclonedx.org). The same bytes each time: no serial number, no time of its own. */
import type { Bundled } from '../third-party.ts';
import { NODE_VERSION, PLATFORMS } from './platforms.ts';

export function sbomOf(version: string, packages: readonly Bundled[]): string {
  const bundled = packages.map(({ name, version: own, license }) => ({
    ...{ type: 'library', name, version: own, purl: purlOf(name, own) },
    licenses: [{ expression: license }],
  }));
  const nodes = PLATFORMS.map(({ package: name, path, sha256 }) => ({
    ...{ type: 'application', name, version: NODE_VERSION, purl: purlOf(name, NODE_VERSION) },
    description: `Node.js, of which ${path} is the executable's base`,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  }));
  const document = {
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 },
    metadata: {
      component: { type: 'application', name: 'kubectl-audit', version, 'bom-ref': 'kubectl-audit' },
    },
    components: [...nodes, ...bundled].map((component) => ({ 'bom-ref': component.purl, ...component })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** github.com/package-url/purl-spec */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
