// A question that must be answered first: why, and where it takes a second person, who.

import { h } from "../h.js";
import { NEEDS_SECRET, NEEDS_WHY } from "../acts/lists.js";
import { button, people, secretField } from "./pieces.js";
import { message } from "./queue.js";

export function dialog(state, t) {
  const { kind, what } = state.dialog;
  const order = kind === "order";
  return h(
    "div", { class: "veil", key: "dialog" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "dialog-title" },
      h("h2", { id: "dialog-title", tabindex: -1, focus: true }, t(order ? `page.order.${what}` : `page.decide.${what}`)),
      h("p", {}, t(order ? "page.decide.order_text" : `page.decide.${what}_text`)), message(state),
      order || NEEDS_WHY.has(what) ? why(t) : null, order ? null : who(state, t, what),
      h("div", { class: "buttons" },
        button(t("page.decide.do"), order ? "submitOrderDialog" : "submitDecision", { keys: "Enter", kind: "main" }), button(t("page.confirm.back"), "closeDialog", { keys: "Esc", kind: "quiet" }))),
  );
}

function why(t) {
  return h("label", { class: "field", key: "why" }, h("span", {}, t("page.decide.why")), h("input", { type: "text", "data-own": "why", autocomplete: "off", maxlength: 200, focus: true }));
}

function who(state, t, what) {
  if (!NEEDS_SECRET.has(what)) return null;
  return [
    h("h3", { key: "who" }, t("page.approve.who")), people(state.staff, state.dialog.approver, "decider"),
    secretField("approval", t("page.approve.secret")),
  ];
}
