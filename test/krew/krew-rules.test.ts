/** The manifest that is published from, held against krew's rules; and the rules against manifests that break them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { archiveFaults, manifestFaults } from './krew-rules.ts';

const text = readFileSync(fileURLToPath(new URL('../../krew-manifest.yaml', import.meta.url)), 'utf8');

describe('krew', () => {
  it('would take our manifest', () => {
    expect(manifestFaults(parse(text), 'audit.yaml')).toEqual([]);
  });

  it('would get the version that we are', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(text).toContain(`version: v${version}\n`);
    expect(text.split(`v${version}`)).toHaveLength(4);
  });

  it.each([
    ['kind: Plugin', 'kind: plugin', 'kind'],
    ['name: audit', 'name: kubectl.audit', 'metadata.name'],
    ['version: v0.1.0', 'version: 0.1.0', 'spec.version'],
    ['values: [darwin, linux]', 'values: [solaris]', 'platforms[0] matches no platform'],
    ['key: os', 'key: libc', 'platforms[0] matches no platform'],
    ['to: .', 'to: ../..', 'platforms[0].files.to'],
    ['bin: bin/kubectl-audit.js', 'bin: /bin/sh', 'platforms[0].bin'],
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
