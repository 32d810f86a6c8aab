// `npm test`: installs what the tests need, checks, runs every test and closes with the counts.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupShop } from '../demo/setup/index.mjs';
import { buildStale } from './lib/build.mjs';
import { setupCollector } from './lib/collector.mjs';
import { installDebianPackages } from './lib/debian.mjs';
import { setupH2spec } from './lib/h2spec.mjs';
import { becomeOwnerOf, requireHost } from './lib/host.mjs';
import { installPackages } from './lib/install.mjs';
import { setupKafka } from './lib/kafka-broker.mjs';
import { setupPython } from './lib/python.mjs';
import { setupRustTls } from './lib/rust-tls.mjs';
import { run, say } from './lib/steps.mjs';
import { setupTelemetrygen } from './lib/telemetrygen.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

requireHost();
await installDebianPackages();
becomeOwnerOf(root);
await installPackages(root);
await buildStale(root);
await setupPython(root);
await setupCollector(root);
await setupTelemetrygen();
await setupH2spec();
await setupRustTls();
await setupKafka(root);
await setupShop(root, ['go', 'java']);

const checks = await run('Checks', process.execPath, [join(root, 'scripts/check.mjs')], {
  cwd: root,
  mayFail: true,
});
const counts = await runTests(process.argv.slice(2));
if (checks.code !== 0) counts.failed += 1;
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);

async function runTests(filters) {
  const directory = mkdtempSync(join(tmpdir(), 'sonde-test-'));
  const file = join(directory, 'results.json');
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...filters,
  ];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { code } = await run('Tests', process.execPath, [vitest, ...args], {
    cwd: root,
    show: true,
    mayFail: true,
  });
  const counts = existsSync(file) ? readCounts(file) : { passed: 0, failed: 1, skipped: 0 };
  rmSync(directory, { recursive: true, force: true });
  // A file that cannot be loaded fails the run without failing a test.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function readCounts(file) {
  const results = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
