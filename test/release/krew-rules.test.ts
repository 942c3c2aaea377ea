/** The manifest that is published from, held against krew's rules; and the rules against manifests that break them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { krewManifest } from '../../scripts/release/krew-manifest.ts';
import { nameOf, PLATFORMS } from '../../scripts/release/platforms.ts';
import { archiveFaults, manifestFaults } from './krew-rules.ts';

const text = readFileSync(fileURLToPath(new URL('../../krew-manifest.yaml', import.meta.url)), 'utf8');

describe('krew', () => {
  it('would take our manifest', () => {
    expect(manifestFaults(parse(text), 'audit.yaml')).toEqual([]);
  });

  it('would take what a release makes of it', () => {
    const released = PLATFORMS.map((platform, i) => ({
      ...platform,
      file: `kubectl-audit-v1.2.3-${nameOf(platform)}.tar.gz`,
      sha256: `${i}`.repeat(64),
    }));
    const made = krewManifest('1.2.3', released);
    const manifest = parse(made.text) as { spec: { version: string; platforms: { sha256: string }[] } };
    expect(manifestFaults(manifest, made.name)).toEqual([]);
    expect(manifest.spec.version).toBe('v1.2.3');
    expect(manifest.spec.platforms.map(({ sha256 }) => sha256[0])).toEqual(['0', '1', '2', '3', '4']);
    expect(() => krewManifest('1.2.3', released.slice(1))).toThrow('linux/amd64');
  });

  it('would get the version that we are', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(text).toContain(`version: v${version}\n`);
    // Its own line, and twice in each archive's address.
    expect(text.split(`v${version}`)).toHaveLength(1 + 1 + 2 * PLATFORMS.length);
  });

  it.each([
    ['kind: Plugin', 'kind: plugin', 'kind'],
    ['name: audit', 'name: kubectl.audit', 'metadata.name'],
    ['version: v0.1.0', 'version: 0.1.0', 'spec.version'],
    ['os: linux', 'os: solaris', 'platforms[0] matches no platform'],
    ['os: linux', 'libc: musl', 'platforms[0] matches no platform'],
    ['arch: arm64', 'arch: amd64', 'platforms overlap'],
    [
      'bin: kubectl-audit',
      'files: [{ from: "*", to: ../.. }]\n      bin: kubectl-audit',
      'platforms[0].files.to',
    ],
    ['bin: kubectl-audit', 'bin: /bin/sh', 'platforms[0].bin'],
    ['.tar.gz', '.tgz', 'platforms[0].uri'],
    ['sha256: "0000', 'sha256: "000', 'platforms[0].sha256'],
  ])('would refuse %s → %s', (from, to, fault) => {
    expect(text).toContain(from);
    const faults = manifestFaults(parse(text.replace(from, to)), 'audit.yaml');
    expect(faults.some((found) => found.startsWith(fault))).toBe(true);
  });

  it('would refuse an archive with links, with ways out, and without a licence', () => {
    const faults = archiveFaults([
      { type: 'l', name: 'package/bin' },
      { type: '-', name: 'package/../../etc/passwd' },
    ]);
    expect(faults).toHaveLength(3);
  });
});
