import type { EdgeChange, ShownNode } from './map-graph.ts';

/** What a node is. */
export const KIND_WORDS: Readonly<Record<ShownNode['kind'], string>> = {
  service: 'Service',
  database: 'Database, as its clients call it',
  messaging: 'Queue or topic',
  external: 'Host without spans of its own',
  group: 'Folded group',
};

/** What became of an edge since the time it is compared with. */
export const CHANGE_WORDS: Readonly<Record<EdgeChange, string>> = {
  none: '',
  new: 'New: there were no such calls in the time it is compared with.',
  gone: 'Gone: these calls were there in the time it is compared with, and the figures are of then.',
  slower: 'Slower than in the time it is compared with.',
  absent: 'No such call at this moment.',
};
