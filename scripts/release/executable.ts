/** Node and the program → an executable for a platform (Node's single executable applications). The same bytes each time. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject } from 'postject';
import { nodeBinary } from './node-binary.ts';
import { NODE_VERSION, type Platform } from './platforms.ts';
import type { ProgramFiles } from './program-files.ts';
import { signMachO } from './sign-macho.ts';
import { stripElf } from './strip-elf.ts';
import { unsignPe } from './unsign-pe.ts';

const IDENTIFIER = 'kubectl-audit';
/** As Node names them. */
const RESOURCE = 'NODE_SEA_BLOB';
const SEGMENT = 'NODE_SEA';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** What is put into Node, of whatever platform. Made by the Node that runs this: it must be of the same version. */
export async function toBlob({ main, files }: ProgramFiles): Promise<Buffer> {
  if (process.versions.node !== NODE_VERSION)
    throw new Error(`executables are made by Node ${NODE_VERSION}; this is ${process.versions.node}`);
  return await inFolder(async (folder) => {
    const assets: Record<string, string> = {};
    for (const [name, bytes] of files) {
      const path = join(folder, 'files', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      assets[name] = path;
    }
    // The name shows in stacks.
    writeFileSync(join(folder, 'main.cjs'), main);
    const config = {
      ...{ main: 'main.cjs', output: 'blob', assets },
      // A code cache is of one platform, and gains nothing for a program that is read in pieces.
      ...{ disableExperimentalSEAWarning: true, useSnapshot: false, useCodeCache: false },
    };
    writeFileSync(join(folder, 'sea.json'), JSON.stringify(config));
    execFileSync(process.execPath, ['--experimental-sea-config', 'sea.json'], { cwd: folder, stdio: 'pipe' });
    return readFileSync(join(folder, 'blob'));
  });
}

export async function toExecutable(blob: Buffer, platform: Platform): Promise<Buffer> {
  const { bytes } = nodeBinary(platform);
  switch (platform.os) {
    case 'linux':
      return await injected(stripElf(bytes), blob);
    case 'darwin':
      return signMachO(await injected(bytes, blob), IDENTIFIER);
    case 'windows':
      return unsignPe(await injected(unsignPe(bytes), blob));
  }
}

async function injected(node: Buffer, blob: Buffer): Promise<Buffer> {
  return await inFolder(async (folder) => {
    const path = join(folder, 'kubectl-audit');
    writeFileSync(path, node);
    await inject(path, RESOURCE, blob, { sentinelFuse: FUSE, machoSegmentName: SEGMENT });
    return readFileSync(path);
  });
}

async function inFolder<T>(make: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-audit-release-'));
  try {
    return await make(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
