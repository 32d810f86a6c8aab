import { DAY_MS, type FleetDay } from '../store/fleet.ts';

/** A part of the heatmap as the page asks for it; `step` makes no two questions the same. */
export interface AskedSelection {
  readonly name: string;
  query(day: FleetDay, step: number): URLSearchParams;
}

const MS_TO_NS = 1_000_000;
const HOUR_MS = 3_600_000;
/** Requests take 2 to 770 ms; one in twenty of all spans is slower. */
const SLOW_NS: number = 200 * MS_TO_NS;

const wholeDay = ({ endMs }: FleetDay): Record<string, string> => ({
  from: String(endMs - DAY_MS),
  to: String(endMs),
});

/** The page opens on requests; first spans are an eighth of all in this fleet, requests half. */
export const SELECTIONS: readonly AskedSelection[] = [
  {
    name: 'a day, nothing selected',
    query: ({ endMs }, step) =>
      new URLSearchParams({ from: String(endMs - DAY_MS + step * 1000), to: String(endMs) }),
  },
  {
    name: 'a day, slow requests',
    query: (day, step) =>
      new URLSearchParams({ ...wholeDay(day), boxMinNs: String(SLOW_NS + step * MS_TO_NS) }),
  },
  {
    name: 'a day, slow first spans',
    query: (day, step) =>
      new URLSearchParams({
        ...wholeDay(day),
        set: 'roots',
        boxMinNs: String(SLOW_NS + step * MS_TO_NS),
      }),
  },
  {
    name: 'a day, failed requests',
    query: (day, step) =>
      new URLSearchParams({ ...wholeDay(day), errorsOnly: 'true', boxMinNs: String(step) }),
  },
  {
    name: 'a box of an hour by 150 to 400 ms',
    query: (day, step) =>
      new URLSearchParams({
        ...wholeDay(day),
        boxFrom: String(day.endMs - (step + 3) * HOUR_MS),
        boxTo: String(day.endMs - (step + 2) * HOUR_MS),
        boxMinNs: String(150 * MS_TO_NS),
        boxMaxNs: String(400 * MS_TO_NS),
      }),
  },
  {
    name: 'three hours, slow requests',
    query: ({ endMs }, step) =>
      new URLSearchParams({
        from: String(endMs - (step + 4) * HOUR_MS),
        to: String(endMs - (step + 1) * HOUR_MS),
        boxMinNs: String(SLOW_NS),
      }),
  },
];
