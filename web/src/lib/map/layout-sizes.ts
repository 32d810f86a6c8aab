/** Sizes in pixels of the map. */
export const NODE_WIDTH = 168;
export const NODE_HEIGHT = 46;
/** Between layers; edges bend there. */
export const LAYER_GAP = 64;
/** Between columns of one layer. */
export const COLUMN_GAP = 16;
/** Between nodes of a column; edges that pass by run there. */
export const ROW_GAP = 12;
export const MARGIN = 16;
/** Between the lines that a deep map is broken into; edges to the next line run there. */
export const BAND_GAP = 44;
/** Around the nodes of a group, with its name above. */
export const LANE_HEAD = 26;
export const LANE_GAP = 18;

/** An upper left corner. */
export interface Placed {
  readonly x: number;
  readonly y: number;
}

/** The band of a group. */
export interface Lane {
  readonly name: string;
  readonly y: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By id. */
  readonly nodes: ReadonlyMap<string, Placed>;
  /** Empty without groups. */
  readonly lanes: readonly Lane[];
  /** Heights between lines of layers, from above; empty where all layers stand side by side. */
  readonly turns: readonly number[];
}
