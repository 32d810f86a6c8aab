package shop;

/** A refusal that is no failure of the shop: an empty cart, a declined card. */
final class OrderRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  OrderRefused(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
