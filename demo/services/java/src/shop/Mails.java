package shop;

import com.google.gson.JsonObject;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.net.URI;
import redis.clients.jedis.JedisPooled;

/** Puts mails into the Redis list that the mailer reads; each message carries its trace. */
final class Mails {
  private static final String QUEUE = "mails";
  private static final int QUEUE_LENGTH_MAX = 10_000;

  private final JedisPooled redis;
  private final Tracer tracer = GlobalOpenTelemetry.getTracer("shop.checkout");

  Mails(String url) {
    redis = new JedisPooled(URI.create(url));
  }

  void send(long order, String user) {
    Span span =
        tracer
            .spanBuilder("send " + QUEUE)
            .setSpanKind(SpanKind.PRODUCER)
            .setAttribute("messaging.system", "redis")
            .setAttribute("messaging.destination.name", QUEUE)
            .setAttribute("messaging.operation.name", "send")
            .setAttribute("messaging.operation.type", "send")
            .startSpan();
    try (Scope ignored = span.makeCurrent()) {
      JsonObject headers = new JsonObject();
      GlobalOpenTelemetry.getPropagators()
          .getTextMapPropagator()
          .inject(Context.current(), headers, JsonObject::addProperty);
      JsonObject mail = new JsonObject();
      mail.addProperty("order", Long.toString(order));
      mail.addProperty("user", user);
      mail.add("headers", headers);
      long length = redis.lpush(QUEUE, mail.toString());
      // Without a mailer the oldest go, not the memory.
      if (length > QUEUE_LENGTH_MAX) {
        redis.ltrim(QUEUE, 0, QUEUE_LENGTH_MAX - 1);
      }
    } finally {
      span.end();
    }
  }
}
