export type ThemeChoice = 'system' | 'dark' | 'light';

const STORAGE_KEY = 'sonde.theme';
const LIGHT_QUERY = '(prefers-color-scheme: light)';

/** The theme of this browser. `static/theme.js` sets the first paint by the same rule. */
class Theme {
  choice: ThemeChoice = $state('system');
  #systemLight: boolean = $state(false);

  get resolved(): 'dark' | 'light' {
    if (this.choice !== 'system') return this.choice;
    return this.#systemLight ? 'light' : 'dark';
  }

  /** Follows the system while the page lives; returns the undo. */
  watch(): () => void {
    this.choice = readChoice();
    const query = matchMedia(LIGHT_QUERY);
    const update = (): void => {
      this.#systemLight = query.matches;
      this.#apply();
    };
    update();
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    rememberChoice(choice);
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.resolved;
  }
}

export const theme: Theme = new Theme();

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === 'dark' || stored === 'light' ? stored : 'system';
  } catch {
    // Storage may be off in this browser: the system's theme then.
    return 'system';
  }
}

function rememberChoice(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage may be off: the choice holds for this page alone.
  }
}
