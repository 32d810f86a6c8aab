// Says whether this machine can run Sonde, in words.
import { readFileSync, statSync } from 'node:fs';

const NODE_MINIMUM = [20, 19];

/** Returns the reasons why not; empty when all is well. */
export function hostProblems() {
  const problems = [];
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor < NODE_MINIMUM[1])) {
    problems.push(`Node.js ${process.versions.node} is too old: Sonde needs 20.19 or newer.`);
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    problems.push(
      `${process.platform}-${process.arch} is not supported yet: the embedded ClickHouse engine and the native parts are built for linux-x64.`,
    );
  } else if (!process.report.getReport().header.glibcVersionRuntime) {
    problems.push('This Linux has no glibc (musl?): the embedded ClickHouse engine needs glibc.');
  }
  return problems;
}

/** Ends the process when the host cannot run Sonde. */
export function requireHost() {
  const problems = hostProblems();
  if (problems.length === 0) return;
  for (const problem of problems) console.error(problem);
  console.error('Supported: Linux x64 with glibc (Debian 12 or like it), Node.js 20.19 or newer.');
  process.exit(1);
}

/**
 * Root in somebody else's checkout would leave files there that the owner cannot remove: from here
 * on this process works as the owner. Returns the owner's uid when it changed.
 */
export function becomeOwnerOf(directory) {
  if (process.getuid() !== 0) return undefined;
  const { uid, gid } = statSync(directory);
  if (uid === 0) return undefined;
  process.setgroups([gid]);
  process.setgid(gid);
  process.setuid(uid);
  process.env.HOME = homeOf(uid) ?? directory;
  return uid;
}

function homeOf(uid) {
  for (const line of readPasswd()) {
    const fields = line.split(':');
    if (Number(fields[2]) === uid) return fields[5];
  }
  return undefined;
}

function readPasswd() {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n');
  } catch {
    return []; // No account file: the checkout itself serves as home.
  }
}
