// Runs the steps of a script with a line each, and their output when they fail.
import { spawn } from 'node:child_process';

const HEARTBEAT_MS = 10_000;

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs a command to its end. `show` passes its output through; otherwise the output is kept and
 * printed only on failure, with a line every ten seconds meanwhile.
 */
export async function run(title, command, args, options = {}) {
  const started = Date.now();
  const show = options.show ?? false;
  say(`${title} ...`);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  child.stderr?.on('data', (chunk) => output.push(chunk));
  const heartbeat = setInterval(() => {
    if (!show) say(`  ${title}: ${seconds(started)} s so far`);
  }, HEARTBEAT_MS);
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output.push(Buffer.from(`${command}: ${error.message}\n`));
      resolve(127);
    });
    child.on('close', (status, signal) => resolve(status ?? (signal ? 128 : 1)));
  });
  clearInterval(heartbeat);
  const text = Buffer.concat(output).toString('utf8');
  if (code !== 0) {
    process.stdout.write(text);
    say(`${title}: failed (exit code ${code}) after ${seconds(started)} s`);
    if (!options.mayFail) process.exit(code);
  } else {
    say(`${title}: done in ${seconds(started)} s`);
  }
  return { code, text };
}

function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}
