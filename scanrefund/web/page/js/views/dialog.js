// A question that must be answered first: why, and where it takes a second person, who.

import { h } from "../h.js";
import { needsSecond, needsWhy } from "../acts/lists.js";
import { button, message, prover } from "./pieces.js";

export function dialog(state, t) {
  const { what } = state.dialog;
  return h(
    "div", { class: "veil", key: "dialog" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "dialog-title" },
      h("h2", { id: "dialog-title", tabindex: -1, focus: true }, t(`page.decide.${what}`)),
      h("p", {}, t(`page.decide.${what}_text`)), message(state),
      needsWhy(what) ? why(t) : null, what === "bank" ? bank(t) : null, who(state, t, what),
      h("div", { class: "buttons" },
        button(t("page.decide.do"), "submitDecision", { keys: "Enter", kind: "main" }), button(t("page.confirm.back"), "closeDialog", { keys: "Esc", kind: "quiet" }))),
  );
}

function why(t) {
  return h("label", { class: "field", key: "why" }, h("span", {}, t("page.decide.why")), h("input", { type: "text", "data-own": "why", "data-kind": "reason", autocomplete: "off", maxlength: 200, focus: true }));
}

/** The bank's name for its transfer, and the account's end: never its number. */
function bank(t) {
  return [["bank_reference", 40], ["account_last4", 4]].map(([name, longest]) => h(
    "label", { class: "field", key: name }, h("span", {}, t(`page.bank.${name}`)),
    h("input", { type: "text", "data-own": name, autocomplete: "off", spellcheck: "false", maxlength: longest }),
  ));
}

function who(state, t, what) {
  if (!needsSecond(state, what)) return null;
  return prover(state, t, state.staff, "page.decide.who");
}
