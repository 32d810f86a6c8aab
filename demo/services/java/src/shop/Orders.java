package shop;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Places an order: ship, write, charge, write again, mail. */
final class Orders {
  private static final Logger LOG = Logger.getLogger("checkout.orders");
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
  private static final int SUMMER_PERCENT = 90;
  private static final int FULL_PERCENT = 100;
  private static final int PAYMENT_REQUIRED = 402;
  private static final AttributeKey<String> COUNTRY = AttributeKey.stringKey("shop.country");

  private final DataSource pool;
  private final Mails mails;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CALL_TIMEOUT).build();
  private final LongCounter placed =
      GlobalOpenTelemetry.getMeter("shop.checkout")
          .counterBuilder("shop.orders.placed")
          .setUnit("{order}")
          .setDescription("Orders that were placed")
          .build();

  Orders(DataSource pool, Mails mails) {
    this.pool = pool;
    this.mails = mails;
  }

  JsonObject place(OrderRequest request)
      throws OrderRefused, IOException, InterruptedException, SQLException {
    Span.current().setAttribute("user.id", request.user());
    Span.current().setAttribute(COUNTRY, request.country());
    Span.current().setAttribute("payment.bank", request.card().bank());
    if (request.items().isEmpty()) {
      throw new OrderRefused(409, "the cart of " + request.user() + " is empty");
    }
    JsonObject quote = shippingQuote(request);
    int cents = priceOf(request) + quote.get("cents").getAsInt();
    long id = insert(request, cents);
    charge(request, id, cents);
    update(id, "paid");
    mails.send(id, request.user());
    placed.add(1, Attributes.of(COUNTRY, request.country()));
    LOG.info("order " + id + " of " + request.user() + " for " + cents + " cents is placed");
    JsonObject order = new JsonObject();
    order.addProperty("id", Long.toString(id));
    order.addProperty("cents", cents);
    order.addProperty("days", quote.get("days").getAsInt());
    return order;
  }

  private static int priceOf(OrderRequest request) {
    int sum = request.items().stream().mapToInt(item -> item.cents() * item.quantity()).sum();
    int percent = "SUMMER".equals(request.coupon()) ? SUMMER_PERCENT : FULL_PERCENT;
    return sum * percent / FULL_PERCENT;
  }

  private JsonObject shippingQuote(OrderRequest request) throws IOException, InterruptedException {
    String query = "?country=" + request.country() + "&items=" + request.items().size();
    URI uri = URI.create(System.getenv("SHIPPING_URL") + "/quote" + query);
    HttpResponse<String> response = call(HttpRequest.newBuilder(uri).GET());
    if (response.statusCode() != 200) {
      throw new ServiceFailure("shipping", response);
    }
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  private void charge(OrderRequest request, long id, int cents)
      throws OrderRefused, IOException, InterruptedException, SQLException {
    String base = System.getenv("PAYMENT_URL");
    if (base == null) {
      LOG.fine("no payment here: order " + id + " is free");
      return;
    }
    JsonObject body = new JsonObject();
    body.addProperty("order", Long.toString(id));
    body.addProperty("bank", request.card().bank());
    body.addProperty("cents", cents);
    HttpRequest.Builder post =
        HttpRequest.newBuilder(URI.create(base + "/charge"))
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    HttpResponse<String> response = call(post);
    if (response.statusCode() == 200) {
      return;
    }
    update(id, "unpaid");
    if (response.statusCode() == PAYMENT_REQUIRED) {
      throw new OrderRefused(PAYMENT_REQUIRED, "card of bank " + request.card().bank() + " declined");
    }
    throw new ServiceFailure("payment", response);
  }

  private HttpResponse<String> call(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpRequest built =
        request.timeout(CALL_TIMEOUT).header("content-type", "application/json").build();
    return http.send(built, HttpResponse.BodyHandlers.ofString());
  }

  private long insert(OrderRequest request, int cents) throws SQLException {
    String statement =
        "INSERT INTO orders (user_name, country, cents, state) VALUES (?, ?, ?, 'placed') RETURNING id";
    try (Connection connection = pool.getConnection();
        PreparedStatement insert = connection.prepareStatement(statement)) {
      insert.setString(1, request.user());
      insert.setString(2, request.country());
      insert.setInt(3, cents);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private void update(long id, String state) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement update =
            connection.prepareStatement("UPDATE orders SET state = ? WHERE id = ?")) {
      update.setString(1, state);
      update.setLong(2, id);
      update.executeUpdate();
    }
  }
}
