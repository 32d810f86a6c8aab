package shop;

import java.io.IOException;

/** Another service answered with an error. */
final class ServiceFailure extends IOException {
  private static final long serialVersionUID = 1L;

  ServiceFailure(String service, int status, String body) {
    super(service + " answered " + status + ": " + body);
  }
}
