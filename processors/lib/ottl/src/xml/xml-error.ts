/** Text that is no XML, worded as Go's `encoding/xml` words it. */
export class XmlError extends Error {
  /** Whether it was met within an element. */
  readonly isWithin: boolean;

  constructor(message: string, isWithin = false) {
    super(message);
    this.name = 'XmlError';
    this.isWithin = isWithin;
  }
}

/** Elements within each other: as deep as functions here go down a tree. */
export const XML_DEPTH_MAX = 1000;
