package shop;

import java.util.List;

/** What the frontend sends to place an order. */
record OrderRequest(String user, String country, Card card, String coupon, List<Item> items) {
  record Card(String bank) {}

  record Item(int productId, int cents, int quantity) {}
}
