"""Products and their reviews, from PostgreSQL."""

import logging
import os

from flask import Flask, abort, jsonify, request
from opentelemetry import trace
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool
from waitress import serve

from faults import is_fault_on

THREADS = 6
REVIEWS_SHOWN = 5
SLOW_CATEGORY = "garden"
SLOW_SECONDS = 0.8

logging.basicConfig(level=logging.INFO)
logging.getLogger("waitress.queue").setLevel(logging.ERROR)
log = logging.getLogger("catalog")
app = Flask("catalog")
pool = ConnectionPool(
    os.environ["DATABASE_URL"], min_size=2, max_size=THREADS, open=True, kwargs={"row_factory": dict_row}
)

PRODUCTS_OF_CATEGORY = "SELECT id, name, cents, category FROM products WHERE category = %s ORDER BY id LIMIT 20"
# What a planner does with a bad statistic, made certain: the database itself takes this long.
PRODUCTS_SLOWLY = (
    "SELECT id, name, cents, category FROM products, (SELECT pg_sleep(%s)) AS waited "
    "WHERE category = %s ORDER BY id LIMIT 20"
)
LONGEST_REVIEWS = (
    "SELECT stars, body FROM reviews WHERE product_id = %s ORDER BY length(body) DESC, id DESC LIMIT %s"
)


@app.get("/categories/<category>")
def products_of_category(category):
    trace.get_current_span().set_attribute("shop.category", category)
    if category == SLOW_CATEGORY and is_fault_on("slow-query"):
        return jsonify(rows(PRODUCTS_SLOWLY, SLOW_SECONDS, category))
    found = rows(PRODUCTS_OF_CATEGORY, category)
    log.info("category %s has %d products", category, len(found))
    return jsonify(found)


@app.get("/products/<int:product_id>")
def product(product_id):
    found = rows("SELECT id, name, cents, category FROM products WHERE id = %s", product_id)
    if not found:
        log.warning("product %d is not in the catalog", product_id)
        abort(404)
    reviews = rows(LONGEST_REVIEWS, product_id, REVIEWS_SHOWN)
    trace.get_current_span().set_attribute("shop.category", found[0]["category"])
    return jsonify({**found[0], "stars": stars_of(reviews), "reviews": reviews})


@app.post("/products/<int:product_id>/reviews")
def review(product_id):
    body = request.get_json()
    stars = min(5, max(1, int(body["stars"])))
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO reviews (product_id, stars, body) VALUES (%s, %s, %s)",
            (product_id, stars, str(body["body"])[:500]),
        )
    log.info("product %d has a new review with %d stars", product_id, stars)
    return jsonify({"productId": product_id, "stars": stars}), 201


@app.get("/search")
def search():
    words = f"%{request.args.get('q', '')}%"
    return jsonify(rows("SELECT id, name, cents FROM products WHERE name ILIKE %s LIMIT 10", words))


def stars_of(reviews):
    """The mean of what the reviews shown give."""
    if is_fault_on("exception"):
        # The fault: only reviews of one star count, and most products have none.
        reviews = [entry for entry in reviews if entry["stars"] == 1]
    elif not reviews:
        return 0
    return sum(entry["stars"] for entry in reviews) / len(reviews)


@app.errorhandler(ZeroDivisionError)
def cannot_compute(error):
    log.exception("product page cannot be computed")
    span = trace.get_current_span()
    span.record_exception(error)
    span.set_status(trace.Status(trace.StatusCode.ERROR, f"ZeroDivisionError: {error}"))
    return jsonify({"error": f"ZeroDivisionError: {error}"}), 500


def rows(statement, *values):
    with pool.connection() as connection:
        return connection.execute(statement, values).fetchall()


if __name__ == "__main__":
    log.info("catalog listens on port %s", os.environ["PORT"])
    serve(app, host="127.0.0.1", port=int(os.environ["PORT"]), threads=THREADS, ident=None)
