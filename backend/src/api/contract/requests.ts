/** `GET /requests/{id}`: what a request has read so far. */
export interface RequestProgress {
  /** False: it is over, or none of that id came to this backend; the figures are 0 then. */
  readonly running: boolean;
  readonly rowsRead: number;
  readonly bytesRead: number;
}
