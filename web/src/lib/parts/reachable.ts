import type { Attachment } from 'svelte/attachments';
import { watchSize } from '../charts/canvas-surface.ts';

/** Lets the keyboard reach what scrolls, for as long as it does. */
export const reachable: Attachment<HTMLElement> = (element) => {
  const update = (): void => {
    const scrolls =
      element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
    if (scrolls) {
      element.tabIndex = 0;
      element.setAttribute('role', 'region');
      element.setAttribute('aria-label', 'Scrolls');
    } else {
      for (const name of ['tabindex', 'role', 'aria-label']) element.removeAttribute(name);
    }
  };
  update();
  return watchSize(element, update);
};
