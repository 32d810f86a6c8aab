package shop;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Takes orders over HTTP. OpenTelemetry's Java agent watches it; the code knows only its API. */
public final class Checkout {
  private static final Logger LOG = Logger.getLogger("checkout");
  private static final Gson GSON = new Gson();
  private static final int THREADS = 12;
  private static final int POOL_SIZE = 4;
  private static final int POOL_WAIT_MS = 2000;
  private static final int BODY_BYTES_MAX = 20_000;

  private final Orders orders;

  private Checkout(Orders orders) {
    this.orders = orders;
  }

  public static void main(String[] args) throws IOException {
    HikariDataSource pool = new HikariDataSource(poolConfig());
    Mails mails = new Mails(System.getenv("REDIS_URL"));
    Checkout checkout = new Checkout(new Orders(pool, mails));
    MonthEndReport report = new MonthEndReport(pool, POOL_SIZE);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    int port = Integer.parseInt(System.getenv("PORT"));
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/orders", checkout::answer);
    server.start();
    report.start();
    LOG.info("checkout listens on port " + port);
  }

  private static HikariConfig poolConfig() {
    HikariConfig config = new HikariConfig();
    config.setPoolName("orders");
    config.setJdbcUrl(System.getenv("JDBC_URL"));
    config.setUsername(System.getenv("DATABASE_USER"));
    config.setPassword(System.getenv("DATABASE_PASSWORD"));
    config.setMaximumPoolSize(POOL_SIZE);
    config.setMinimumIdle(POOL_SIZE);
    config.setConnectionTimeout(POOL_WAIT_MS);
    return config;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
      try {
        OrderRequest request =
            GSON.fromJson(new String(body, StandardCharsets.UTF_8), OrderRequest.class);
        JsonObject order = orders.place(request);
        send(exchange, 201, order);
      } catch (OrderRefused refused) {
        LOG.warning("order refused: " + refused.getMessage());
        send(exchange, refused.status(), error(refused));
      } catch (Exception failure) {
        Span.current().recordException(failure);
        Span.current().setStatus(StatusCode.ERROR, failure.toString());
        LOG.log(Level.SEVERE, "order failed: " + failure.getMessage(), failure);
        send(exchange, 500, error(failure));
      }
    }
  }

  private static JsonObject error(Exception failure) {
    JsonObject body = new JsonObject();
    body.addProperty("error", failure.toString());
    return body;
  }

  private static void send(HttpExchange exchange, int status, JsonObject body) throws IOException {
    byte[] bytes = GSON.toJson(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
