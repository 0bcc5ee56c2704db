// How much and why. The amount is the rest unless the clerk says otherwise; the reason is one digit.

import { h } from "../h.js";
import { amountOf } from "../place.js";
import { yuan } from "../words.js";
import { drawing } from "./drawings.js";
import { button, inputField, key, nextStepLine } from "./pieces.js";

export function amountPanel(state, t) {
  if (!state.order.may_refund) return stopped(state, t);
  return h(
    "section", { class: "card amount", key: "amount", "aria-label": t("page.step.amount"), tabindex: -1, focus: true },
    amountRow(state, t), quick(state, t), h("h2", { class: state.amountTaken ? "asked" : "" }, t("page.reason.title")), reasons(state),
    h("div", { class: "asides" }, note(state, t), applicant(state, t), contact(state, t)),
  );
}

// An order that cannot be refunded asks for no amount: it says why, and what the clerk may do.
function stopped(state, t) {
  return h(
    "section", { class: "card stopped", key: "stopped", "aria-label": t("page.order.stopped"), tabindex: -1, focus: true },
    drawing("bad"), h("h2", {}, t("page.order.stopped")), h("p", {}, state.order.why_not), nextStepLine(state.order.next_step, t),
    button(t("page.result.next"), "next", { keys: "Enter", kind: "main" }),
  );
}

function amountRow(state, t) {
  const { order } = state;
  return h(
    "div", { class: "amountrow" },
    inputField("amount", t("page.amount.title"), state.amountText, { kind: "number", inputmode: "decimal", class: "big", maxlength: 12, "aria-describedby": "amount-said" }),
    h("div", { class: "amountkeys" }, button(t("page.amount.maximum"), "maximum", { keys: "F9" }), button(t("page.amount.edit"), "editAmount", { keys: "*", kind: "quiet" })),
    h("p", { id: "amount-said", class: over(state) ? "said bad" : "said" }, saidOf(state, order, t)),
  );
}

// One press each: half of the rest, the till's items, the amount of the refund before.
function quick(state, t) {
  const { order, lastAmount } = state;
  const parts = (order.items ?? []).filter((one) => one.amount_fen <= order.remaining_fen).map((one) => [t("page.quick.item", { name: one.name, amount: yuan(one.amount_fen) }), one.amount_fen]);
  if (order.remaining_fen > 1) parts.unshift([`${t("page.quick.half")} ${yuan(Math.floor(order.remaining_fen / 2))}`, Math.floor(order.remaining_fen / 2)]);
  if (lastAmount && lastAmount <= order.remaining_fen) parts.push([`${t("page.quick.last")} ${yuan(lastAmount)}`, lastAmount]);
  return h("div", { class: "buttons quick", role: "group", "aria-label": t("page.quick.title") }, parts.map(([words, fen]) => button(words, "quickAmount", { arg: fen, kind: "quiet" })));
}

function over(state) {
  const amount = amountOf(state);
  return amount !== null && amount > state.order.remaining_fen;
}

function saidOf(state, order, t) {
  const amount = amountOf(state);
  if (amount === null) return t("page.amount.none");
  if (over(state)) return t("page.amount.over", { maximum: yuan(order.remaining_fen) });
  if (amount === order.remaining_fen) return t("page.amount.whole");
  return t("page.amount.partial", { rest: yuan(order.remaining_fen - amount) });
}

function reasons(state) {
  return h(
    "ul", { class: "reasons" },
    state.start.reasons.map((one) => h("li", { key: one.code },
      h("button", { type: "button", class: "reason", act: "reason", arg: one.code, "aria-pressed": String(one.code === state.reason), "aria-keyshortcuts": String(one.digit) },
        key(String(one.digit)), h("span", {}, one.text)))),
  );
}

// Only for a customer who wants to be told; it is not shown again.
function contact(state, t) {
  return inputField("contact", t("page.contact.title"), state.contact, { maxlength: 254 });
}

// Who asks; shown masked from then on.
function applicant(state, t) {
  return inputField("applicant", t("page.applicant.title"), state.applicant, { maxlength: 60 });
}

function note(state, t) {
  return inputField("note", t("page.reason.note"), state.note, { maxlength: 80 });
}
