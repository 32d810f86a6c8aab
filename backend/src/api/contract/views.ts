/** An address of the page that somebody kept; all people of the tenant have the same. */
export interface SavedView {
  /** Of its short link, `/v/ID`. */
  readonly id: string;
  /** Null: it has only its link. */
  readonly name: string | null;
  /** Path and query of the page. */
  readonly address: string;
  readonly createdMs: number;
  readonly actor: string;
}

export interface ViewsResponse {
  /** Those with a name, by name. */
  readonly views: readonly SavedView[];
}

export interface KeepViewRequest {
  /** One that is taken is replaced; absent for a link alone. */
  readonly name?: string | undefined;
  readonly address: string;
}
