import { type LayoutRequest, layOut } from './layered-layout.ts';

/** Lays out off the page's thread: a thousand nodes take longer than a frame. */
self.addEventListener('message', (event: MessageEvent<{ id: number; request: LayoutRequest }>) => {
  const { id, request } = event.data;
  self.postMessage({ id, layout: layOut(request) });
});
