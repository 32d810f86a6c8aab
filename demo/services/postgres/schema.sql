-- The shop's tables and what it sells; the same at every start.
CREATE TABLE products (
  id integer PRIMARY KEY,
  name text NOT NULL,
  category text NOT NULL,
  cents integer NOT NULL
);
INSERT INTO products
SELECT
  n,
  (ARRAY['small', 'large', 'red', 'blue', 'plain', 'fine', 'old', 'new'])[1 + n % 8] || ' '
    || (ARRAY['kettle', 'rake', 'novel', 'train', 'flute', 'pan', 'seeds', 'atlas', 'puzzle', 'drum'])[1 + n % 10]
    || ' ' || n,
  (ARRAY['kitchen', 'garden', 'books', 'toys', 'music'])[1 + n % 5],
  500 + (n * 7919) % 9500
FROM generate_series(1, 500) AS n;
CREATE INDEX products_category ON products (category);

CREATE TABLE reviews (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id integer NOT NULL REFERENCES products,
  stars integer NOT NULL,
  body text NOT NULL
);
-- Enough of them that one notices when the index is missing.
INSERT INTO reviews (product_id, stars, body)
SELECT 1 + n % 500, 1 + (hashint4(n) & 1023) % 5, 'Review ' || n || ': ' || repeat('as described, ', 6)
FROM generate_series(1, 200000) AS n;
CREATE INDEX reviews_product_id ON reviews (product_id);

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_name text NOT NULL,
  country text NOT NULL,
  cents integer NOT NULL,
  state text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now()
);
ANALYZE;
