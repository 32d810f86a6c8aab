import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VENV = join(homedir(), '.cache', 'sonde', 'venv');
const PYTHON = join(VENV, 'bin', 'python');
const PACKAGE = 'clickhouse-connect==1.12.0';
const INSTALL_TIMEOUT_MS = 240_000;

export type PythonAnswer =
  | { readonly python: string; readonly missing?: undefined }
  | { readonly python?: undefined; readonly missing: string };

async function works(): Promise<boolean> {
  try {
    await run(PYTHON, ['-c', 'import clickhouse_connect, lz4.frame']);
    return true;
  } catch {
    return false;
  }
}

/**
 * A Python with clickhouse-connect, in a virtual environment that is made once and kept; or why
 * there is none.
 */
export async function pythonWithClickHouse(): Promise<PythonAnswer> {
  if (await works()) return { python: PYTHON };
  try {
    await run('python3', ['--version']);
  } catch {
    return { missing: 'python3 is not installed' };
  }
  try {
    await mkdir(VENV, { recursive: true });
    await run('python3', ['-m', 'venv', VENV]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE];
    await run(PYTHON, install, { timeout: INSTALL_TIMEOUT_MS });
  } catch (error) {
    return { missing: `${PACKAGE} cannot be installed: ${String(error).slice(0, 200)}` };
  }
  return { python: PYTHON };
}
