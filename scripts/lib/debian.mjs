// Debian packages that tests need: installed when root, named otherwise.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run, say } from './steps.mjs';

const PACKAGES = [
  { name: 'chromium', file: '/usr/bin/chromium', why: 'the tests of the page' },
  { name: 'gcc', file: '/usr/bin/cc', why: 'the build of the native parts' },
  { name: 'libc6-dev', file: '/usr/include/stdio.h', why: 'the build of the native parts' },
  { name: 'curl', file: '/usr/bin/curl', why: 'the tests of the store door' },
  {
    name: 'bpftool',
    file: '/usr/sbin/bpftool',
    why: 'the test of what a killed agent leaves in the kernel',
  },
];

/** Debian's python3 makes environments only with this package beside it. */
const PYTHON_VENV = { name: 'python3-venv', why: 'the tests with Python clients' };

function canMakeEnvironments() {
  return spawnSync('python3', ['-m', 'ensurepip', '--version']).status === 0;
}

/** All that tests need, or the packages of these names. */
export async function installDebianPackages(names) {
  const wanted = PACKAGES.filter(({ name }) => names === undefined || names.includes(name));
  const missing = wanted.filter((entry) => !existsSync(entry.file));
  if (names === undefined && !canMakeEnvironments()) missing.push(PYTHON_VENV);
  if (missing.length === 0) return;
  const list = missing.map((entry) => entry.name).join(' ');
  if (process.getuid() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    for (const entry of missing) say(`Not installed: ${entry.name}; ${entry.why} will be skipped.`);
    say(`As root on Debian this command installs them; by hand: apt-get install ${list}`);
    return;
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('Debian: package lists', 'apt-get', ['update', '-q'], { env, mayFail: true });
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing.map((e) => e.name)];
  await run(`Debian: ${list}`, 'apt-get', install, { env, mayFail: true });
}
