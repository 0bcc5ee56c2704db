// The last look before money moves: amount in figures and in words, wallet, order, reason, masked code.

import { h } from "../h.js";
import { amountOf, blockedBy, isLarge, noes } from "../place.js";
import { yuan } from "../words.js";
import { codeRing } from "./code.js";
import { drawing } from "./drawings.js";
import { badge, button, fact, inputField, nextStepLine, walletChip } from "./pieces.js";

export function confirmPanel(state, t) {
  const blocked = blockedBy(state);
  return h(
    "section", { class: `card confirm ${blocked === "rules" ? "blocked" : ""}`, key: "confirm", "aria-label": t("page.step.confirm"), tabindex: -1, focus: true },
    h("div", { class: "sum" }, h("strong", { class: "figures" }, yuan(amountOf(state))),
      h("span", { class: "capitals" }, state.check?.amount_words ?? " "),
      state.check?.partial ? badge(t("page.amount.partial_short"), "amber") : null),
    h("div", { class: "confirmfacts" }, facts(state, t), state.reading ? codeRing(state, t) : withoutCode(t)),
    isLarge(state) ? typedAgain(state, t) : null, foot(state, t, blocked),
  );
}

function facts(state, t) {
  const reason = state.start.reasons.find((one) => one.code === state.reason);
  return h(
    "dl", { class: "facts" },
    fact(t("page.confirm.to"), walletChip(state.order.wallet, state.order.wallet_say)), fact(t("page.confirm.order"), state.order.order_id),
    fact(t("page.confirm.reason"), reason?.text ?? ""), state.note ? fact(t("page.reason.note"), state.note) : null,
    fact(t("page.confirm.by"), state.signedIn.name),
  );
}

function withoutCode(t) {
  return h("p", { class: "nocode" }, drawing("amber"), t("page.confirm.without_code"));
}

function typedAgain(state, t) {
  return h("div", { class: "again" }, inputField("typed", t("page.confirm.type_again"), state.typed, { kind: "number", inputmode: "decimal", focus: true, class: "big", maxlength: 12 }));
}

function foot(state, t, blocked) {
  const words = state.check?.needs_approval ? "page.confirm.ask_approval" : "page.confirm.send";
  return h(
    "div", { class: "foot" },
    blocked === "rules" ? stopper(state, t) : null,
    button(t(words, { amount: yuan(amountOf(state)) }), "confirm", { keys: "Enter", kind: "main send", "aria-disabled": String(blocked !== null) }),
    cure(state, t, blocked),
    h("label", { class: "tick" }, h("input", { type: "checkbox", act: "agreed", checked: state.agreed }), h("span", {}, t("page.confirm.agreed"))),
    h("div", { class: "buttons" }, button(t("page.confirm.show"), "customerView", { keys: "F7", kind: "quiet" }), button(t("page.recheck.again"), "checkAgain", { kind: "quiet" }), button(t("page.confirm.back"), "stepBack", { keys: "Esc", kind: "quiet" })),
  );
}

function stopper(state, t) {
  const wrong = noes(state.check).find((one) => one.reason !== "needs_approval");
  return [h("p", { class: "said bad", role: "alert", key: "stopper" }, wrong.say), nextStepLine(wrong.next_step, t)];
}

function cure(state, t, blocked) {
  const wrong = blocked === "rules" ? noes(state.check).map((one) => one.reason) : [];
  if (wrong.includes("amount_over_remaining")) return button(t("page.amount.maximum"), "maximum", { keys: "F9" });
  if (wrong.includes("code_required")) return button(t("page.confirm.scan_code"), "againCode");
  return null;
}

/** On its way: nothing to press; who presses all the same is told that it changed nothing. */
export function sendingPanel(state, t) {
  return h(
    "section", { class: "card sending", key: "sending", tabindex: -1, focus: true, "aria-label": t("page.sending.title") },
    h("p", { class: "sendingmark", "aria-hidden": "true" }, h("span", {}), h("span", {}), h("span", {})),
    h("h2", { role: "status" }, t("page.sending.title")), h("p", { class: "figures" }, yuan(amountOf(state))),
    h("p", { class: "norepeat" }, t("page.result.no_repeat")),
    state.lost ? h("p", { class: "said bad", role: "alert" }, t("page.sending.lost")) : null,
    state.repeated > 0 ? h("p", { class: "said", role: "status" }, t("page.sending.pressed_again")) : null,
  );
}
