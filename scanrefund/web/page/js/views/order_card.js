// The order: may it go, what was paid, what is left, which wallet to ask for, and what does not fit.

import { h } from "../h.js";
import { moment, yuan } from "../words.js";
import { drawing } from "./drawings.js";
import { orderButtons } from "./order_actions.js";
import { badge, button, fact, stateOf, toneOf, walletChip } from "./pieces.js";

const STATE_KIND = { PAID: "good", RELEASED: "good", PARTLY_REFUNDED: "amber" };

export function orderCard(state, t) {
  const { order } = state;
  return h(
    "section", { class: "card order", key: "order", "aria-label": t("page.order.name", { order_id: order.order_id }) },
    h("header", {},
      h("h2", {}, h("small", {}, t("page.order.title")), order.order_id),
      badge(order.state_say, STATE_KIND[order.state] ?? "bad")),
    h("p", { class: "rest" }, h("small", {}, t("page.order.rest")), h("strong", {}, yuan(order.remaining_fen))),
    h("dl", { class: "facts" }, orderFacts(state, t, order)),
    order.may_refund ? askFor(order, t) : whyNot(order, t), differences(order, t), orderButtons(state, t), earlier(order, t),
  );
}

/** What was paid, what went back, when. */
export function orderFacts(state, t, order) {
  return [
    fact(t("page.order.paid"), yuan(order.amount_fen)), fact(t("page.order.refunded"), yuan(order.refunded_fen)),
    order.in_flight_fen > 0 ? fact(t("page.order.in_flight"), yuan(order.in_flight_fen), "amber") : null,
    fact(t("page.order.paid_at"), [order.paid_say || moment(order.paid_at, state), order.next_day ? badge(t("page.order.next_day"), "amber") : null]),
    order.until ? fact(t("page.order.until"), order.until.say, order.until.soon ? "amber" : "") : null,
  ];
}

function askFor(order, t) {
  return h("p", { class: `askfor askfor-${order.wallet}` }, walletChip(order.wallet, order.wallet_say), h("span", {}, order.ask_for || t("page.order.ask_for")));
}

function whyNot(order, t) {
  return h(
    "div", { class: "whynot", role: "alert" }, h("p", {}, drawing("bad"), order.frozen_why || order.why_not),
    order.frozen_why ? button(t("page.decide.thaw"), "thaw") : null,
  );
}

function differences(order, t) {
  if (!order.differences?.length) return null;
  return h("div", { class: "differences" }, h("h3", {}, drawing("amber"), t("page.order.differences")), h("ul", {}, order.differences.map((one) => h("li", {}, typeof one === "string" ? one : one.say))));
}

function earlier(order, t) {
  if (!order.refunds?.length) return null;
  return h(
    "div", { class: "earlier" }, h("h3", {}, t("page.order.earlier")),
    h("ul", {}, order.refunds.map((one) => h("li", { key: one.refund_id },
      h("button", { type: "button", class: `row tone-${toneOf(one)}`, act: "openDetail", arg: one.refund_id }, h("span", {}, stateOf(one, t)), h("strong", {}, yuan(one.amount_fen)))))),
  );
}
