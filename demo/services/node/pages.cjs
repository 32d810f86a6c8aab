// The two pages of the shop, without script.

const CATEGORIES = ['kitchen', 'garden', 'books', 'toys', 'music'];
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const STYLE = `body{font:16px/1.5 system-ui;max-width:44rem;margin:2rem auto;padding:0 1rem;
color:#1c2733}nav a{margin-right:1rem}a{color:#0b5cad}li{display:flex;justify-content:space-between;
padding:.3rem 0;border-bottom:1px solid #e3e8ee}ul{padding:0}`;

function text(value) {
  return String(value).replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

function price(cents) {
  return `${(cents / 100).toFixed(2)} EUR`;
}

function page(title, content) {
  const links = CATEGORIES.map((name) => `<a href="/categories/${name}">${name}</a>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title>
<style>${STYLE}</style></head><body><h1>${text(title)}</h1><nav>${links}</nav>${content}</body></html>`;
}

function homePage(category, products) {
  const rows = products.map(
    ({ id, name, cents }) =>
      `<li><a href="/products/${Number(id)}">${text(name)}</a><span>${price(cents)}</span></li>`,
  );
  return page(`The shop: ${category}`, `<ul>${rows.join('')}</ul>`);
}

function productPage({ name, cents, stars, reviews }) {
  const rows = reviews.map(
    (review) => `<li>${text(review.body)}<b>${Number(review.stars)}</b></li>`,
  );
  const head = `<p>${price(cents)}, ${Number(stars).toFixed(1)} stars</p>`;
  return page(name, `${head}<ul>${rows.join('')}</ul>`);
}

module.exports = { homePage, productPage };
