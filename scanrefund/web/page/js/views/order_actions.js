// The order card's other buttons, and the question each of them puts: what happens to the money, why, and who.

import { h } from "../h.js";
import { DIGITS, needsSecond, offered, paysBack } from "../acts/order_actions.js";
import { others, pays } from "../place.js";
import { plainYuan, yuan } from "../words.js";
import { codeRing } from "./code.js";
import { button, inputField, key, message, prover } from "./pieces.js";

/** Under the order: what may be done with it besides a refund. */
export function orderButtons(state, t) {
  const found = offered(state);
  if (found.length === 0) return null;
  return h(
    "div", { class: "buttons choices", role: "group", "aria-label": t("page.order_action.title") },
    key("/"), found.map((what) => button(t(`page.order_action.${what}`), "orderAction", { arg: what, kind: "quiet" })),
  );
}

export function orderAction(state, t) {
  return h(
    "div", { class: "veil", key: "order-action" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "dialog-title" },
      state.dialog.what ? question(state, t) : list(state, t)),
  );
}

function list(state, t) {
  return [
    h("h2", { id: "dialog-title", tabindex: -1, focus: true }, t("page.order_action.title")),
    h("ul", { class: "people" }, offered(state).map((what) => h("li", { key: what },
      h("button", { type: "button", class: "person", act: "orderAction", arg: what }, h("span", {}, t(`page.order_action.${what}`)), key(DIGITS[what]))))),
    h("div", { class: "buttons" }, button(t("page.confirm.back"), "leaveOrderAction", { keys: "Esc", kind: "quiet" })),
  ];
}

function question(state, t) {
  const { dialog } = state;
  return [
    h("h2", { id: "dialog-title", tabindex: -1, focus: true }, t(`page.order_action.${dialog.what}`)),
    h("p", { class: "sentence", role: "status", key: "outcome" }, outcome(state, t)), message(state),
    own(state, t), why(state, t), pays(state) ? code(state, t) : null, needsSecond(state) ? prover(state, t, others(state)) : null, foot(state, t),
  ];
}

/** One sentence: what happens to the money. */
function outcome(state, t) {
  const { dialog, order } = state;
  if (!pays(state)) return t(`page.order_action.${dialog.what}_money`, { wallet: order.wallet_say });
  const amount = paysBack(state);
  if (amount === null) return t("page.order_action.adjust_ask", { cost: yuan(order.cost_fen) });
  return t(`page.order_action.${dialog.what}_pays`, { amount: yuan(amount), wallet: order.wallet_say, paid: yuan(order.amount_fen) });
}

function own(state, t) {
  const { dialog } = state;
  const money = (name, value) => inputField(`order_${name}`, t(`page.order_action.${name}_amount`), value, { kind: "number", inputmode: "decimal", maxlength: 12, focus: name === "old", placeholder: plainYuan(0) });
  if (dialog.what === "adjust") return h("div", { class: "pair", key: "amounts" }, money("old", dialog.oldText), money("new", dialog.newText));
  if (dialog.what === "extend") return inputField("order_days", t("page.order_action.days"), dialog.days, { kind: "number", inputmode: "numeric", maxlength: 2 });
  if (!dialog.unknownThere) return null;
  return h("label", { class: "tick", key: "not-at-wallet" }, h("input", { type: "checkbox", "data-own": "not-at-wallet" }), h("span", {}, t("page.order_action.not_at_wallet")));
}

function why(state, t) {
  return h("label", { class: "field", key: "why" }, h("span", {}, t("page.decide.why")), h("input", { type: "text", "data-own": "why", "data-kind": "reason", autocomplete: "off", maxlength: 200, focus: state.dialog.what !== "adjust" }));
}

function code(state, t) {
  return h("div", { key: "code" }, state.reading ? codeRing(state, t) : h("p", { class: "fine" }, state.order.ask_for, " ", t("page.order_action.no_code")));
}

function foot(state, t) {
  const { busy, needsApproval } = state.dialog;
  return [
    busy ? h("p", { class: "norepeat", role: "status", key: "busy" }, t("page.order_action.busy")) : null,
    h("div", { class: "buttons", key: "foot" },
      button(t("page.decide.do"), "submitOrderAction", { keys: "Enter", kind: "main", "aria-disabled": String(busy) }),
      needsApproval ? button(t("page.approve.queue"), "orderActionToQueue") : null,
      button(t("page.confirm.back"), "leaveOrderAction", { keys: "Esc", kind: "quiet" })),
  ];
}
