import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether Debian's Chromium is installed: without it tests of the page are skipped. */
export const HAS_CHROMIUM: boolean = existsSync(CHROMIUM);

/** The two windows that the page is looked at in, CSS pixels. */
export const DESK = { width: 1440, height: 900 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/** How the tests start it. */
const BROWSER: { readonly executablePath: string; readonly args: string[] } = {
  executablePath: CHROMIUM,
  args: FLAGS,
};

/** A browser that asks nobody for anything but the page. Whoever starts it closes it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch(BROWSER);
}
