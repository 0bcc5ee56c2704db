// For the customer's eyes: large, and turned around, so that the screen need not be. Nothing here is the shop's secret.

import { h } from "../h.js";
import { amountOf } from "../place.js";
import { yuan } from "../words.js";
import { drawing } from "./drawings.js";
import { opinionPart } from "./opinion.js";
import { button, toneOf, unreal } from "./pieces.js";

export function customerView(state, t) {
  return h(
    "div", { class: `customer ${state.customer}`, key: "customer", role: "dialog", "aria-modal": "true", "aria-label": t("page.customer.title"), tabindex: -1, focus: true },
    h("div", { class: "customerpage" }, state.receipt ? outcome(state, t) : state.order ? summary(state, t) : h("h2", {}, t("page.customer.welcome"))),
    h("div", { class: "clerkside" },
      !state.receipt && state.order ? button(t("page.customer.agree"), "agree", { keys: "Enter", kind: "main" }) : null,
      button(t("page.customer.turn"), "customerView", { keys: "F7" }), button(t("page.customer.close"), "customerOff", { keys: "Esc" })),
  );
}

function outcome(state, t) {
  const { receipt } = state;
  return [
    h("div", { class: `tone-${toneOf(receipt)} mark` }, drawing(toneOf(receipt))),
    h("p", { class: "figures" }, yuan(receipt.amount_fen)), h("h2", {}, receipt.say_customer),
    receipt.refund_id ? h("p", { class: "number" }, t("page.result.refund_id"), " ", receipt.refund_id) : null,
    unreal(receipt, t) ? h("p", { class: "number" }, unreal(receipt, t)) : null,
    opinionPart(state, t),
  ];
}

function summary(state, t) {
  const told = state.check?.customer;
  const lines = told ? [told.what, told.where, told.when].filter(Boolean) : [];
  return [
    h("p", { class: "figures" }, yuan(amountOf(state))),
    state.check?.amount_words ? h("p", { class: "capitals" }, state.check.amount_words) : null,
    lines.length ? h("ul", {}, lines.map((line) => h("li", {}, line))) : null,
    state.reading ? null : h("h2", {}, state.order.ask_for || t("page.order.ask_for")),
  ];
}
