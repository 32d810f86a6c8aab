package shop;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.http.HttpResponse;

/** Another service answered with an error. */
final class ServiceFailure extends IOException {
  private static final long serialVersionUID = 1L;

  ServiceFailure(String service, HttpResponse<String> response) {
    super(service + " answered " + response.statusCode() + ": " + reasonIn(response.body()));
  }

  /** The words of an error body, or the body where it is none. */
  private static String reasonIn(String body) {
    try {
      return JsonParser.parseString(body).getAsJsonObject().get("error").getAsString();
    } catch (JsonParseException | IllegalStateException | NullPointerException noWords) {
      return body;
    }
  }
}
