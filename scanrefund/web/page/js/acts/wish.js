// One wish, one request id: a page that is reloaded or a call that is lost asks again under the same id, and the
// desk serves it once. Order, amount and reason are kept for that; never a payment code, not even its handle.

const KEPT_AS = "scanrefund.wish";

/** The id for these contents: the kept one while they are the same, else a new one. */
export function wishId(orderId, amountFen, reason, note) {
  const contents = JSON.stringify([orderId, amountFen, reason, note]);
  const kept = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "null");
  if (kept?.contents === contents) return kept.id;
  const id = `page-${crypto.randomUUID()}`;
  sessionStorage.setItem(KEPT_AS, JSON.stringify({ id, contents }));
  return id;
}

/** An answer came: the next wish is another one. */
export function forgetWish() {
  sessionStorage.removeItem(KEPT_AS);
}
