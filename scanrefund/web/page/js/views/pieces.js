// The pieces every screen is made of: buttons with their key, facts, badges.

import { h } from "../h.js";

export function key(name) {
  return name ? h("kbd", { "aria-hidden": "true" }, name) : null;
}

/** A button: its words, the act it stands for, and the key that does the same. */
export function button(words, act, { arg, keys, kind = "", ...more } = {}) {
  return h("button", { type: "button", class: `button ${kind}`, act, arg, "aria-keyshortcuts": keys, ...more }, h("span", {}, words), key(keys));
}

/** A name and its value. */
export function fact(name, value, kind = "") {
  return h("div", { class: `fact ${kind}` }, h("dt", {}, name), h("dd", {}, value));
}

/** What to do now. */
export function nextStepLine(words, t) {
  return words ? h("p", { class: "nextstep", key: "nextstep" }, h("small", {}, t("page.result.next_step")), words) : null;
}

export function badge(words, kind) {
  return h("span", { class: `badge ${kind}` }, words);
}

export function walletChip(wallet, words) {
  return h("span", { class: `wallet wallet-${wallet}` }, words);
}

/** What marks a result as nothing real, in words; null where it is real. */
export function unreal(receipt, t) {
  if (receipt.training) return t("page.training.short");
  return receipt.rehearsal ? t("page.mark.short") : null;
}

/** The colour and drawing of a receipt: accepted and unknown are told apart, though both are open. */
export function toneOf(receipt) {
  if (receipt.tone !== "open") return receipt.tone;
  return receipt.state === "PROCESSING" ? "open" : "unknown";
}

/** Where a refund is, in a word or two, for lists; a wish that our rules refused has only its headline. */
export function stateOf(receipt, t) {
  return receipt.state === null ? receipt.headline : t(`refund_state.${receipt.state}`);
}

/** People to choose from, each with its digit. */
export function people(staff, chosen, act) {
  return h(
    "ul", { class: "people" },
    staff.map((one, number) => h(
      "li", { key: one.staff_id },
      h("button", { type: "button", class: "person", act, arg: one.staff_id, "aria-pressed": String(one.staff_id === chosen) },
        h("span", {}, one.name), number < 9 ? key(String(number + 1)) : null),
    )),
  );
}

/** Who proves himself, and with what. Once he was missed the keys are his: from then on a digit chooses. */
export function prover(state, t, staff, title = "page.approve.who") {
  const { approver, second } = state.dialog;
  return [
    h("h3", { key: "who", tabindex: -1, focus: Boolean(second) }, t(title)), people(staff, approver, "decider"),
    secretField("approval", t("page.approve.secret"), { focus: Boolean(approver) }),
  ];
}

/** A secret: never in the state, read once when it is sent. */
export function secretField(name, label, { focus = false, hint = null } = {}) {
  return h(
    "label", { class: "field", key: name }, h("span", {}, label),
    h("input", { type: "password", "data-secret": name, inputmode: "numeric", autocomplete: "off", maxlength: 64, focus, "aria-label": label }),
    hint ? h("small", {}, hint) : null,
  );
}

export function inputField(name, label, value, { kind = "text", focus = false, ...more } = {}) {
  return h(
    "label", { class: "field", key: name }, h("span", {}, label),
    h("input", { type: "text", field: name, value, "data-kind": kind, autocomplete: "off", spellcheck: "false", focus, ...more }),
  );
}

/** The line that tells what a decision came to, on screens without the scan box. */
export function message(state) {
  const tone = state.message?.tone ?? "none";
  return h("p", { class: `message tone-${tone}`, role: tone === "bad" ? "alert" : "status", key: `message-${tone}` }, state.message?.text ?? "");
}
