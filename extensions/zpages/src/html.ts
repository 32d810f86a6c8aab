const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:80rem}' +
  'table{border-collapse:collapse}th,td{text-align:left;padding:.25rem 1rem .25rem 0;' +
  'border-bottom:1px solid #ccc;vertical-align:top}' +
  '@media(prefers-color-scheme:dark){body{background:#111;color:#eee}a{color:#8cf}}';

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** A table of texts, which it escapes. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join('');
  const body = rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>\n`)
    .join('');
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody>\n</table>\n`;
}

/** A whole page around `body`, which is HTML. Needs nothing from elsewhere. */
export function page(title: string, body: string): string {
  const name = escapeHtml(title);
  return (
    `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${name}</title>\n` +
    `<style>${STYLE}</style>\n</head>\n<body>\n<h1>${name}</h1>\n${body}</body>\n</html>\n`
  );
}
