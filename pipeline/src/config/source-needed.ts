/** A source that has to be fetched before reading can go on. */
export class SourceNeeded extends Error {
  readonly uri: string;

  constructor(uri: string) {
    super(`the source ${JSON.stringify(uri)} has not been fetched`);
    this.name = 'SourceNeeded';
    this.uri = uri;
  }
}
