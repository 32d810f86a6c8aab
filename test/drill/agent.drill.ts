import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obstacleToRunning } from '@sonde/ebpf-agent';
import { programs, programsOf } from '@sonde/ebpf-agent/test/kernel-programs';
import { WatchedAgent } from '../bench/agent/watched-agent.ts';
import { changed, mapBytes, settings } from './rig/kernel-state.ts';
import { type Soaked, soak } from './rig/observed-programs.ts';

/**
 * `npm run drill -- agent`, as root: what the agent must never do to a host. Short-lived processes
 * leave it as large as it was, no setting of the kernel changes, SIGKILL leaves nothing in the kernel,
 * and programs under load have no error and no end that they do not have without it. Ends with 1 when
 * one of these fails.
 *
 *   AGENT_DRILL_SECONDS        of short-lived processes (600)
 *   AGENT_DRILL_SOAK_SECONDS   of load, without the agent and with it (3600)
 *   AGENT_DRILL_ALONE_SECONDS  of that load without the agent, where it is to be shorter
 *   AGENT_DRILL_SOAK_RATE      requests a second of each program (500)
 */
const CHURN_SECONDS = Number(process.env['AGENT_DRILL_SECONDS'] ?? 600);
const SOAK_SECONDS = Number(process.env['AGENT_DRILL_SOAK_SECONDS'] ?? 3_600);
const ALONE_SECONDS = Number(process.env['AGENT_DRILL_ALONE_SECONDS'] ?? SOAK_SECONDS);
const PER_SECOND = 50;
const GROWTH_BAR = 0.1;
const WARM_UP_SECONDS = Math.min(60, CHURN_SECONDS / 2);
/** A program's memory at the end of a run, beside what it had early and has without the agent. */
const LEAK_SHARE = 1.5;
const INTERVAL_MS = 5_000;

let faults = 0;

function verdict(what: string, isGood: boolean, figures: string): void {
  if (!isGood) faults++;
  console.log(`${isGood ? 'good  ' : 'FAULT '} ${what.padEnd(24)} ${figures}`);
}

function startAgent(): Promise<WatchedAgent> {
  return WatchedAgent.start({ intervalMs: INTERVAL_MS, withSpans: true, encoding: 'proto' });
}

/** Processes that live for a moment, so many a second. */
async function churn(seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  while (performance.now() < deadline) {
    spawn('/bin/true', [], { stdio: 'ignore' });
    await delay(1_000 / PER_SECOND);
  }
}

async function drillChurn(agent: WatchedAgent): Promise<void> {
  await churn(WARM_UP_SECONDS);
  const before = { rss: agent.child.rssMb(), maps: mapBytes(agent.child.pid) };
  await churn(CHURN_SECONDS);
  const after = { rss: agent.child.rssMb(), maps: mapBytes(agent.child.pid) };
  const grown = (name: 'rss' | 'maps'): number => after[name] / before[name] - 1;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  verdict(
    'short-lived processes',
    grown('rss') <= GROWTH_BAR && grown('maps') <= GROWTH_BAR,
    `${PER_SECOND} /s for ${CHURN_SECONDS} s: RSS ${before.rss.toFixed(0)} MB ` +
      `${percent(grown('rss'))}, maps ${(before.maps / 1e6).toFixed(1)} MB ${percent(grown('maps'))}`,
  );
}

async function drillSigkill(agent: WatchedAgent): Promise<void> {
  const own = programsOf(agent.child.pid);
  await agent.end('SIGKILL');
  const left = await untilGone(own);
  verdict(
    'SIGKILL',
    own.length > 0 && left.length === 0,
    `${own.length} programs, ${left.length} left`,
  );
}

/** The kernel frees programs a moment after their owner is gone. */
async function untilGone(ids: readonly number[]): Promise<readonly number[]> {
  let left: readonly number[] = ids;
  for (let i = 0; i < 50 && left.length > 0; i++) {
    await delay(100);
    const all = programs();
    left = ids.filter((id) => all.includes(id));
  }
  return left;
}

async function drillSoak(folder: string): Promise<void> {
  const without = await soak(folder, ALONE_SECONDS);
  const agent = await startAgent();
  let observed: readonly Soaked[];
  try {
    observed = await soak(folder, SOAK_SECONDS);
  } finally {
    await agent.end();
  }
  for (const { name, answered, failed, hasEnded, earlyRssKb, rssKb } of observed) {
    const alone = without.find((one) => one.name === name);
    const leaks = rssKb > LEAK_SHARE * Math.max(earlyRssKb, alone?.rssKb ?? 0);
    const isGood =
      failed <= (alone?.failed ?? 0) && hasEnded === (alone?.hasEnded ?? false) && !leaks;
    const [early, late, other] = [earlyRssKb, rssKb, alone?.rssKb ?? 0].map((kb) => {
      return `${Math.round(kb / 1_000)} MB`;
    });
    const figures =
      `${answered} answers, ${failed} failed (without the agent ${alone?.answered}, ` +
      `${alone?.failed}), RSS ${early} early, ${late} at the end (${other})`;
    verdict(`soak: ${name}`, isGood, hasEnded ? `ended; ${figures}` : figures);
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function main(): Promise<void> {
  const obstacle = obstacleToRunning();
  if (obstacle !== undefined) throw new Error(`no agent here: ${obstacle}`);
  // Now, not after minutes of load, where it cannot ask the kernel.
  programs();
  const folder = mkdtempSync(join(tmpdir(), 'agent-drill-'));
  try {
    const before = settings();
    const agent = await startAgent();
    await drillChurn(agent);
    await drillSigkill(agent);
    await drillSoak(folder);
    const names = changed(before, settings());
    verdict(
      'settings of the kernel',
      names.length === 0,
      names.join(', ') || `${before.size} same`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
process.exit(faults === 0 ? 0 : 1);
