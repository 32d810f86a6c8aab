/** What one connector may hold, whatever is configured. */

/** Series of all metrics together; what is new beyond them is told in one series a resource. */
export const SERIES_MAX = 200_000;
/** Resources between two flushes; those beyond are one without attributes. */
export const RESOURCES_MAX = 10_000;
/** Series of one part of a request. */
export const SERIES_PER_PART_MAX = 2000;
