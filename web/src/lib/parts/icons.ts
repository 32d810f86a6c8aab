export type IconName =
  | 'services'
  | 'map'
  | 'traces'
  | 'logs'
  | 'patterns'
  | 'metrics'
  | 'coverage'
  | 'retention'
  | 'status'
  | 'refresh'
  | 'clock'
  | 'left'
  | 'right'
  | 'out'
  | 'down'
  | 'up'
  | 'copy'
  | 'check'
  | 'close'
  | 'search'
  | 'filter'
  | 'sun'
  | 'moon'
  | 'screen'
  | 'keyboard'
  | 'warning'
  | 'download'
  | 'open';

/** Path data on a 16 x 16 grid, drawn as 1.4 px strokes. */
export const ICONS: Readonly<Record<IconName, string>> = {
  services: 'M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z',
  map: 'M2 6.2h4v3.6H2zM10 2h4v3.6h-4zM10 10.4h4V14h-4zM6 8h2M8 8V3.8h2M8 8v4.2h2',
  traces: 'M2 3.5h7M5 8h8M8 12.5h6',
  logs: 'M2.5 3h11M2.5 6.3h8M2.5 9.7h11M2.5 13h6',
  patterns: 'M2.5 3.5h5M10 3.5h3.5M2.5 8h2M7 8h6.5M2.5 12.5h5M10 12.5h3.5',
  metrics: 'M2 13.5V2.5M2 13.5h12M4.5 10l3-3.5 2.5 2 3.5-5',
  coverage:
    'M1.5 8s2.4-4.5 6.5-4.5S14.5 8 14.5 8 12.1 12.5 8 12.5 1.5 8 1.5 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
  retention:
    'M3 4.2c0-2.3 10-2.3 10 0s-10 2.3-10 0zM3 4.2v7.6c0 2.3 10 2.3 10 0V4.2M3 8c0 2.3 10 2.3 10 0',
  status: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  refresh: 'M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 2v3h-3',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.5',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  out: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14M4.8 7h4.4',
  down: 'M4 6.5L8 10.5l4-4',
  up: 'M4 9.5L8 5.5l4 4',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14',
  filter: 'M2 3.5h12L9.5 8.8v4l-3-1.3V8.8z',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  moon: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z',
  screen: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  keyboard: 'M1.5 4h13v8.5h-13zM4 6.8h.01M6.7 6.8h.01M9.3 6.8h.01M12 6.8h.01M5 9.8h6',
  warning: 'M8 2.2L14.5 13.5h-13zM8 6.5v3M8 11.5v.01',
  download: 'M8 2.5v7.5M4.8 7L8 10.2 11.2 7M3 13.5h10',
  open: 'M6 3.5H3v9.5h9.5V10M9 2.5h4.5V7M13.2 2.8L7.5 8.5',
};
