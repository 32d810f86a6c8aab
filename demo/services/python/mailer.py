"""Sends a mail for every order it finds in a Redis list. A consumer: its spans link to the producers'."""

import json
import logging
import os
import random
import signal
import time

import redis
from opentelemetry import metrics, propagate, trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from faults import is_fault_on

QUEUE = "mails"
WAIT_SECONDS = 2
BATCH_MAX = 5
SENT_KEPT_SECONDS = 3600

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("email")
tracer = trace.get_tracer("shop.email")
meter = metrics.get_meter("shop.email")
sent = meter.create_counter("shop.mails.sent", unit="{mail}", description="Mails that were sent")
client = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def waiting_mails():
    """The next mails, at most BATCH_MAX; none after WAIT_SECONDS without one."""
    # Waiting is no work: it makes no spans.
    with suppress_instrumentation():
        first = client.brpop([QUEUE], timeout=WAIT_SECONDS)
        if first is None:
            return []
        more = client.rpop(QUEUE, BATCH_MAX - 1) or []
    return [json.loads(text) for text in [first[1], *more]]


def process(mails):
    links = [Link(context) for context in map(producer_of, mails) if context.is_valid]
    attributes = {
        "messaging.system": "redis",
        "messaging.destination.name": QUEUE,
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.batch.message_count": len(mails),
    }
    with tracer.start_as_current_span(
        f"process {QUEUE}", kind=SpanKind.CONSUMER, links=links, attributes=attributes
    ) as span:
        for mail in mails:
            try:
                send(mail)
            except redis.RedisError as error:
                span.record_exception(error)
                span.set_status(Status(StatusCode.ERROR, str(error)))
                log.exception("mail of order %s is lost", mail["order"])


def producer_of(mail):
    return trace.get_current_span(propagate.extract(mail.get("headers", {}))).get_span_context()


def send(mail):
    with tracer.start_as_current_span("render template", attributes={"shop.order.id": mail["order"]}):
        time.sleep(random.uniform(0.002, 0.01))
        if is_fault_on("log-error"):
            # The fault: a mail goes out with a hole in it, and only a line in the log says so.
            point = random.randint(100, 999)
            log.error(
                "template order_placed_v2 has no field pickup_point for order %s (point %d), left empty",
                mail["order"],
                point,
            )
    client.set(f"mail:{mail['order']}", mail["user"], ex=SENT_KEPT_SECONDS)
    sent.add(1, {"shop.mail.template": "order_placed"})
    log.info("mail for order %s went to %s@example.com", mail["order"], mail["user"])


class Ending(Exception):
    """Somebody asked this process to end."""


def end(_signal, _frame):
    raise Ending


def main():
    signal.signal(signal.SIGTERM, end)
    log.info("email waits for orders")
    try:
        while True:
            try:
                mails = waiting_mails()
            except redis.RedisError as error:
                log.error("Redis: %s", error)
                time.sleep(WAIT_SECONDS)
                continue
            if mails:
                process(mails)
    except Ending:
        log.info("email ends")


if __name__ == "__main__":
    main()
