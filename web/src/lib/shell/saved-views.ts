/** A page with its filters and range, under a name of its own. */
export interface SavedView {
  readonly name: string;
  /** Path and query. */
  readonly address: string;
}

const STORAGE_KEY = 'sonde.views';
const VIEWS_MAX = 50;
const NAME_LENGTH_MAX = 80;
const ADDRESS_LENGTH_MAX = 4000;

/** The views of this browser, by name. Entries that are none of ours are left out. */
export function savedViews(storage: Pick<Storage, 'getItem'> | undefined): readonly SavedView[] {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isView).slice(0, VIEWS_MAX) : [];
  } catch {
    // Whatever stands there was not written by us.
    return [];
  }
}

/** Saves under the name; one that has it already is replaced. Undefined: there is no room. */
export function saveView(storage: Storage | undefined, view: SavedView): readonly SavedView[] {
  const name = view.name.trim().slice(0, NAME_LENGTH_MAX);
  const others = savedViews(storage).filter((other) => other.name !== name);
  return write(storage, [...others, { ...view, name }].slice(-VIEWS_MAX));
}

export function dropView(storage: Storage | undefined, name: string): readonly SavedView[] {
  return write(
    storage,
    savedViews(storage).filter((view) => view.name !== name),
  );
}

function write(storage: Storage | undefined, views: readonly SavedView[]): readonly SavedView[] {
  const sorted = views.toSorted((a, b) => a.name.localeCompare(b.name));
  try {
    storage?.setItem(STORAGE_KEY, JSON.stringify(sorted));
  } catch {
    // Storage may be full or off: what is stored stays as it was.
    return savedViews(storage);
  }
  return sorted;
}

function isView(value: unknown): value is SavedView {
  if (typeof value !== 'object' || value === null) return false;
  if (!('name' in value && 'address' in value)) return false;
  const { name, address } = value;
  if (typeof name !== 'string' || typeof address !== 'string') return false;
  // An address of this page alone: nothing stored may lead elsewhere.
  return /^\/(?!\/)/.test(address) && address.length <= ADDRESS_LENGTH_MAX;
}
