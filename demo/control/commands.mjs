// The commands of `npm run demo`.
import { say } from '../../scripts/lib/steps.mjs';
import { setupShop } from '../setup/index.mjs';
import { UsageError } from './arguments.mjs';
import { askShop, openDoor, runningShop } from './door.mjs';
import { FAULTS, faultOf } from './faults.mjs';
import { Shop } from './shop.mjs';

const NAME_WIDTH = 20;

/** Starts the shop; resolves when it has ended. */
export async function start(root, options) {
  if (runningShop(options.folder) !== undefined) {
    throw new UsageError('The shop is running already: `npm run demo -- status` shows it.');
  }
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => ending.abort());
  }
  const parts = await setupShop(root, options.without);
  const shop = new Shop({ root, parts, options, say });
  let door;
  try {
    // Whoever ends it while it starts does not wait for that.
    await Promise.race([shop.start(), untilAborted(ending.signal)]);
    if (!ending.signal.aborted) {
      door = await openDoor(shop, options.folder);
      tell(shop.report, options);
      await untilAborted(ending.signal);
    }
  } finally {
    say('The shop is closing ...');
    door?.close();
    await shop.stop();
    say('The shop is closed.');
  }
}

function untilAborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', resolve, { once: true });
  });
}

function tell({ page, services, load }, { rate, dayMs }) {
  const minutes = Math.round(dayMs / 60_000);
  say(`The shop is open with ${services.length - 1} processes: ${page}`);
  say(
    `${rate} requests a second, the mean of a day of ${minutes} minutes; ${load.ratePerSecond.toFixed(1)} now.`,
  );
  say('In another terminal: npm run demo -- faults | fault NAME on|off | status. Ctrl-C ends it.');
}

export function listFaults() {
  for (const { name, service, does, see } of FAULTS) {
    say(`${name.padEnd(NAME_WIDTH)} ${service}: ${does}`);
    say(`${''.padEnd(NAME_WIDTH)} see: ${see}`);
  }
  say('npm run demo -- fault NAME on|off');
}

export async function switchFault([name, word], { folder }) {
  if (faultOf(name ?? '') === undefined) {
    const names = FAULTS.map((fault) => fault.name).join(', ');
    throw new UsageError(`A fault is one of ${names}; not "${name ?? ''}".`);
  }
  if (word !== 'on' && word !== 'off') {
    throw new UsageError(`npm run demo -- fault ${name} on|off`);
  }
  say((await askShop(folder, 'POST', `/faults/${name}/${word}`)).said);
}

export async function showStatus({ folder }) {
  const { page, endpoint, services, load, faults } = await askShop(folder, 'GET', '/status');
  say(`page       ${page}`);
  say(`telemetry  ${endpoint}`);
  const hour = `${Math.floor(load.hour)}`.padStart(2, '0');
  say(
    `customers  ${load.ratePerSecond.toFixed(1)} requests/s at ${hour} o'clock of the shop's day`,
  );
  say(`requests   ${load.sent} sent, ${load.failed} failed, ${load.skipped} skipped`);
  for (const { name, pid, port, version, memoryMb } of services) {
    const state = pid === undefined ? 'not running' : `pid ${pid}`;
    const parts = [version ?? '', state, port === undefined ? '' : `port ${port}`];
    say(
      `  ${name.padEnd(10)} ${`${memoryMb.toFixed(0)} MB`.padStart(7)}  ${parts.filter(Boolean).join(', ')}`,
    );
  }
  const total = services.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
  say(`  ${'all'.padEnd(10)} ${`${total.toFixed(0)} MB`.padStart(7)}`);
  const on = faults.filter(({ isOn }) => isOn).map(({ name }) => name);
  say(`faults on  ${on.length === 0 ? 'none' : on.join(', ')}`);
}
