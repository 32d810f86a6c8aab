// Runs before the first paint, in a file of its own because the policy refuses inline scripts.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('sonde.theme');
  } catch {
    // Storage may be off: the system's theme is the default then.
    choice = null;
  }
  const light =
    choice === 'light' ||
    (choice !== 'dark' && matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
})();
