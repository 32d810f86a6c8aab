package shop;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** The fault {@code full-pool}: a report that takes every connection of the pool, again and again. */
final class MonthEndReport {
  private static final Logger LOG = Logger.getLogger("checkout.report");
  private static final long LOOK_MS = 500;
  private static final String STATEMENT = "SELECT (SELECT sum(cents) FROM orders), pg_sleep(2)";

  private final DataSource pool;
  private final int connections;
  private final Tracer tracer = GlobalOpenTelemetry.getTracer("shop.checkout");

  MonthEndReport(DataSource pool, int connections) {
    this.pool = pool;
    this.connections = connections;
  }

  void start() {
    for (int n = 1; n <= connections; n++) {
      Thread thread = new Thread(this::loop, "month-end-report-" + n);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void loop() {
    try {
      while (true) {
        if (Faults.isOn("full-pool")) {
          report();
        } else {
          Thread.sleep(LOOK_MS);
        }
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    } catch (IOException unreadable) {
      LOG.severe("faults cannot be read: " + unreadable.getMessage());
    }
  }

  private void report() {
    Span span = tracer.spanBuilder("month-end report").startSpan();
    try (Scope ignored = span.makeCurrent();
        Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(STATEMENT);
    } catch (SQLException failure) {
      span.recordException(failure);
      span.setStatus(StatusCode.ERROR, failure.getMessage());
    } finally {
      span.end();
    }
  }
}
