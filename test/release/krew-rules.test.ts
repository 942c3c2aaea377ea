/** The manifest that is published from, held against krew's rules; and the rules against manifests that break them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { intoIndex } from '../../scripts/release/krew-index.ts';
import { krewManifest } from '../../scripts/release/krew-manifest.ts';
import { nameOf, PLATFORMS } from '../../scripts/release/platforms.ts';
import { archiveFaults, manifestFaults } from './krew-rules.ts';
import { filledByBot } from './release-bot.ts';

const text = readFileSync(fileURLToPath(new URL('../../krew-manifest.yaml', import.meta.url)), 'utf8');

/** What a release of that version made. */
function releasedAs(version: string): readonly Parameters<typeof krewManifest>[1][number][] {
  return PLATFORMS.map((platform, i) => ({
    ...platform,
    file: `kubectl-audit-v${version}-${nameOf(platform)}.tar.gz`,
    sha256: `${i}`.padEnd(64, 'a'),
  }));
}

describe('krew', () => {
  it('would take our manifest', () => {
    expect(manifestFaults(parse(text), 'audit.yaml')).toEqual([]);
  });

  it('would take what a release makes of it', () => {
    const released = releasedAs('1.2.3');
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

describe('krew’s release bot', () => {
  it('would propose, under our name in the central index, what the release made', () => {
    const template = readFileSync(fileURLToPath(new URL('../../.krew.yaml', import.meta.url)), 'utf8');
    const released = releasedAs('1.2.3');
    const sumOf = (uri: string) =>
      released.find(({ file }) => uri.endsWith(`/${file}`))?.sha256 ?? 'no such archive';
    const proposed = parse(filledByBot(template, 'v1.2.3', sumOf)) as object;
    expect(manifestFaults(proposed, 'audit-log.yaml')).toEqual([]);
    const ours = parse(krewManifest('1.2.3', released).text) as object;
    expect(proposed).toEqual({ ...ours, metadata: { name: 'audit-log' } });
  });

  it('would be asked for nothing that it has not', () => {
    expect(() => filledByBot('a: {{ .Tag }}', 'v1.0.0', () => '')).toThrow('{{ .Tag }}');
  });
});

describe('our own index', () => {
  const folder = mkdtempSync(join(tmpdir(), 'krew-index-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function madeBy(version: string): string {
    const { name, text: made } = krewManifest(version, releasedAs(version));
    writeFileSync(join(folder, name), made);
    return join(folder, name);
  }

  it('holds manifests as krew looks for them, and takes newer ones only', () => {
    const index = join(folder, 'index');
    expect(intoIndex(index, madeBy('1.2.3'))).toBe(join(index, 'plugins/audit.yaml'));
    expect(readdirSync(index).sort()).toEqual(['README.md', 'plugins']);
    for (const older of ['1.2.3', '1.2.2', '0.10.0', '1.2.3-rc.1'])
      expect(() => intoIndex(index, madeBy(older))).toThrow('is not newer');
    intoIndex(index, madeBy('1.10.0-rc.2'));
    intoIndex(index, madeBy('1.10.0-rc.10'));
    intoIndex(index, madeBy('1.10.0'));
    const manifest = parse(readFileSync(join(index, 'plugins/audit.yaml'), 'utf8')) as object;
    expect(manifest).toMatchObject({ spec: { version: 'v1.10.0' } });
    expect(manifestFaults(manifest, 'audit.yaml')).toEqual([]);
  });

  it('refuses what krew would refuse, and what no release made', () => {
    const path = join(folder, 'audit.yaml');
    writeFileSync(path, text);
    expect(() => intoIndex(join(folder, 'other'), path)).toThrow('has no sums');
    writeFileSync(path, text.replace('kind: Plugin', 'kind: Plug'));
    expect(() => intoIndex(join(folder, 'other'), path)).toThrow('krew would refuse');
  });
});
