// What a frame of the service map costs while it is moved and zoomed, in a real browser: the page's
// own layout and drawing, without a graphics card. Printed, never asserted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { ROOT } from '../tidy/repository.ts';

const CHROMIUM = '/usr/bin/chromium';
const COUNTS = [300, 1000];
const FRAMES = 300;

const bundled = await build({
  entryPoints: [join(ROOT, 'web/test/map-frames.ts')],
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'mapFrames',
});
const profile = mkdtempSync(join(tmpdir(), 'sonde-map-bench-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: CHROMIUM,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
  viewport: { width: 1440, height: 900 },
});
try {
  const page = await browser.newPage();
  await page.setContent('<canvas style="width:1180px;height:640px"></canvas>');
  await page.addScriptTag({ content: bundled.outputFiles[0]?.text ?? '' });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  for (const count of COUNTS) {
    const before = await threadSeconds();
    const said: unknown = await page.evaluate(`mapFrames.measure(${count}, ${FRAMES})`);
    const cpuMs = ((await threadSeconds()) - before) * 1000;
    console.log(
      `${count} nodes: ${String(said)}; ${(cpuMs / FRAMES).toFixed(1)} ms CPU of the page's thread a frame, layout included`,
    );
  }

  async function threadSeconds(): Promise<number> {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
