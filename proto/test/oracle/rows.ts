/** What both sides of a comparison become: plain values. */
export type Cell = string | number | boolean | Cell[] | { [name: string]: Cell };
export type Row = { [name: string]: Cell };
