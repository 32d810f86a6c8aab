/** What part of the map is on the screen: a point p of it is at `p * zoom + (x, y)`. */
export interface MapView {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const ZOOM_MAX = 2.5;
/** A map of a thousand nodes is whole on a small screen. */
const ZOOM_MIN = 0.04;

/** All of the map, in the middle; never larger than life. */
export function fitted(map: Size, screen: Size): MapView {
  const zoom = Math.min(1, screen.width / map.width, screen.height / map.height);
  return {
    zoom,
    x: (screen.width - map.width * zoom) / 2,
    y: (screen.height - map.height * zoom) / 2,
  };
}

/** So small a name cannot be read. */
const READABLE_ZOOM = 0.3;
/** What a screen too narrow for all of the map begins with. */
const NARROW_ZOOM = 0.62;
const NARROW_PX = 640;
/** What the panel of what is selected leaves of the height of such a screen. */
const NARROW_SHARE = 0.45;

/** Where to look first on a map that is not shown whole. */
export interface Interest {
  /** The middle of what is selected. */
  readonly selected: { readonly x: number; readonly y: number } | undefined;
  /** At the height of most of those that call or are called. */
  readonly callsY: number;
}

/** What is shown at first: all of it, or, where it is too large, what is selected or where calls begin. */
export function firstView(map: Size, screen: Size, { selected, callsY }: Interest): MapView {
  const whole = fitted(map, screen);
  const isNarrow = screen.width < NARROW_PX;
  const least = isNarrow ? NARROW_ZOOM : READABLE_ZOOM;
  if (whole.zoom >= least) return whole;
  const height = screen.height * (isNarrow ? NARROW_SHARE : 1);
  if (selected !== undefined) return centredOn(selected, { ...screen, height }, least);
  const room = screen.height - map.height * least;
  if (room >= 0) return { zoom: least, x: 0, y: room / 2 };
  return { zoom: least, x: 0, y: Math.max(room, Math.min(0, screen.height / 2 - callsY * least)) };
}

/** Nearer or farther by `factor`; what is at the given point of the screen stays there. */
export function zoomedAt(
  view: MapView,
  factor: number,
  at: { readonly x: number; readonly y: number },
): MapView {
  const zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, view.zoom * factor));
  const by = zoom / view.zoom;
  return { zoom, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}

export function moved(view: MapView, dx: number, dy: number): MapView {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

/** So that the box is in the middle, at a size at which it can be read. */
export function centredOn(
  box: { readonly x: number; readonly y: number },
  screen: Size,
  zoom: number,
): MapView {
  return { zoom, x: screen.width / 2 - box.x * zoom, y: screen.height / 2 - box.y * zoom };
}

/** A view with one of the places in sight: as it is where it has one, else the first in the middle. */
export function withOneOf(
  places: readonly { readonly x: number; readonly y: number }[],
  { view, screen }: { readonly view: MapView; readonly screen: Size },
): MapView {
  const [first] = places;
  const isSeen = places.some((place) => {
    const [x, y] = [place.x * view.zoom + view.x, place.y * view.zoom + view.y];
    return x >= 0 && x <= screen.width && y >= 0 && y <= screen.height;
  });
  if (first === undefined || isSeen) return view;
  return centredOn(first, screen, Math.max(view.zoom, READABLE_ZOOM));
}

/** A point of the screen on the map. */
export function onMap(
  view: MapView,
  at: { readonly x: number; readonly y: number },
): { readonly x: number; readonly y: number } {
  return { x: (at.x - view.x) / view.zoom, y: (at.y - view.y) / view.zoom };
}
