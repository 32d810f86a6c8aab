import type { CDPSession, Locator, Page } from 'playwright-core';

/**
 * How long a gesture waits for its picture: from its last input (the event's own time stamp) to the
 * frame after the one in which the page shows what was asked for, ms.
 */
export interface Gesture {
  readonly name: string;
  readonly ms: number;
  /** CPU time of the page's main thread meanwhile: a busy machine lengthens the other figure. */
  readonly cpuMs: number;
}

const ANSWERED_WITHIN_MS = 10_000;
const SELECTED = "document.querySelector('#selected-span')";
const SEARCH_COUNT = "document.querySelector('.filters .count')";
const WAS = 'globalThis.benchWas';

/** What people do in a large trace, and by what in the page they see that it was done. */
interface Step {
  readonly name: string;
  readonly act: () => Promise<void>;
  /** An expression of the page: true when it is done. */
  readonly isDone: string;
}

/** Does them all in the page that shows the trace. */
export async function traceGestures(page: Page): Promise<readonly Gesture[]> {
  await page.getByRole('tree').waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const gestures: Gesture[] = [];
  for (const step of traceSteps(page)) {
    const before = await threadMs(session);
    const ms = await answerMs(page, step);
    gestures.push({ name: step.name, ms, cpuMs: (await threadMs(session)) - before });
    await page.waitForLoadState('networkidle');
  }
  return gestures;
}

async function threadMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
}

function traceSteps(page: Page): readonly Step[] {
  const tree = page.getByRole('tree');
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const key = (name: string) => () => page.keyboard.press(name);
  const keys = (first: string, then: string) => async () => {
    await page.keyboard.press(first);
    await page.keyboard.press(then);
  };
  const click = (name: string) => () => button(name).click();
  const openSpan = () => tree.locator('canvas').click({ position: { x: 200, y: 130 } });
  return [
    { name: 'open a span', act: openSpan, isDone: `${SELECTED} !== null && ${panelShows()}` },
    { name: 'next span by key', act: key('ArrowDown'), isDone: changed(SELECTED) },
    { name: 'close a subtree', act: key('ArrowLeft'), isDone: expanded(false) },
    { name: 'open a subtree', act: key('ArrowRight'), isDone: expanded(true) },
    {
      name: 'close it, to its parent',
      act: keys('ArrowLeft', 'ArrowLeft'),
      isDone: changed(SELECTED),
    },
    { name: 'open all', act: click('Open all'), isDone: hasButton('Overview') },
    { name: 'overview', act: click('Overview'), isDone: hasButton('Open all') },
    { name: 'open all again', act: click('Open all'), isDone: hasButton('Overview') },
    { name: 'next error', act: click('Next error'), isDone: changed(SELECTED) },
    { name: 'critical path', act: click('Critical path'), isDone: isPressed('Critical path') },
    { name: 'zoom into time', act: () => dragStrip(page), isDone: hasButton('Whole trace') },
    { name: 'whole trace', act: click('Whole trace'), isDone: `!(${hasButton('Whole trace')})` },
    { name: 'search', act: () => search(page), isDone: `${SEARCH_COUNT} !== null` },
    { name: 'next match', act: () => nextMatch(page), isDone: changed(SELECTED) },
    { name: 'flame view', act: click('Flame'), isDone: isPressed('Flame') },
    { name: 'waterfall', act: click('Waterfall'), isDone: isPressed('Waterfall') },
  ];
}

async function answerMs(page: Page, step: Step): Promise<number> {
  await page.evaluate(`${WAS} = ${SELECTED}?.textContent`);
  const key = `globalThis.benchAnswer`;
  await page.evaluate(`{
    let inputMs = 0;
    for (const type of ['keydown', 'input', 'pointerup', 'click']) {
      addEventListener(type, (event) => (inputMs = event.timeStamp), { capture: true });
    }
    ${key} = new Promise((resolve, reject) => {
      const beganMs = performance.now();
      const turn = (nowMs) => {
        if (performance.now() - beganMs > ${ANSWERED_WITHIN_MS}) reject(new Error('no answer'));
        else if (inputMs > 0 && (${step.isDone})) {
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - inputMs)));
        } else requestAnimationFrame(turn);
      };
      requestAnimationFrame(turn);
    });
    void 0;
  }`);
  await step.act();
  try {
    return Number(await page.evaluate(key));
  } catch (cause) {
    throw new Error(`"${step.name}" was not answered in ${ANSWERED_WITHIN_MS} ms`, { cause });
  }
}

function panelShows(): string {
  return `document.querySelector('aside[aria-label=Span]') !== null`;
}

function changed(element: string): string {
  return `${element}?.textContent !== ${WAS}`;
}

function expanded(is: boolean): string {
  return `${SELECTED}?.getAttribute('aria-expanded') === '${is}'`;
}

function hasButton(name: string): string {
  return `[...document.querySelectorAll('button')].some((one) => one.textContent.trim() === '${name}')`;
}

function isPressed(name: string): string {
  return `[...document.querySelectorAll('button[aria-pressed=true]')].some((one) => one.textContent.trim() === '${name}')`;
}

/** Without Enter the page waits for the next letter first. */
async function search(page: Page): Promise<void> {
  const field = page.getByLabel('Find in this trace');
  await field.fill('item.check');
  await field.press('Enter');
}

async function nextMatch(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Next match' }).click();
}

/** Half of the strip above the spans, as people drag it. */
async function dragStrip(page: Page): Promise<void> {
  const box = await page.locator('.ruler canvas').boundingBox();
  if (box === null) throw new Error('the strip has no size');
  await page.mouse.move(box.x + box.width * 0.5, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 10, { steps: 8 });
  await page.mouse.up();
}
