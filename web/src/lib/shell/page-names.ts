import { PLACES } from './places.ts';

/** The name in the header for a path: the place it lies in. */
export function pageName(pathname: string): string {
  const place = PLACES.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
  return place?.label ?? 'Sonde';
}
