// F1: what this screen is for, and its keys.

import { h } from "../h.js";
import { stepOf } from "../place.js";
import { button } from "./pieces.js";

const KEYS = ["F1", "F2", "F3", "F4", "F6", "F7", "F8", "F9", "F10", "ShiftF4", "Enter", "Esc", "digit", "star", "slash"];
const TRAINING_KEYS = ["F11", "F12"];
const PARAGRAPHS = [1, 2, 3, 4];
const SHOWN_AS = { digit: "1–9", star: "*", slash: "/", ShiftF4: "⇧F4" };
// Where somebody begins, and where somebody learns.
const WITH_CARDS = ["refund_order", "training"];
const CARDS_MAX = 20;

export function help(state, t) {
  const topic = state.screen === "refund" ? `refund_${stepOf(state)}` : state.screen;
  return h(
    "div", { class: "veil", key: "help" },
    h("div", { class: "card dialog helped", role: "dialog", "aria-modal": "true", "aria-labelledby": "help-title" },
      h("h2", { id: "help-title", tabindex: -1, focus: true }, t(`page.help.${topic}.title`)),
      PARAGRAPHS.map((number) => `page.help.${topic}.p${number}`).filter((name) => name in state.words).map((name) => h("p", {}, t(name))),
      h("table", { class: "keytable" }, h("caption", {}, t("page.help.keys")), h("tbody", {}, [...KEYS, ...(state.start.training ? TRAINING_KEYS : [])].map((name) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, SHOWN_AS[name] ?? name)), h("td", {}, t(`page.key.${name}`)))))),
      WITH_CARDS.includes(topic) ? safetyCards(state, t) : null,
      button(t("page.customer.close"), "help", { keys: "Esc", kind: "main" })),
  );
}

// The same cards as in the paper pack.
function safetyCards(state, t) {
  const cards = Array.from({ length: CARDS_MAX }, (_, at) => `safety.c${at + 1}`).filter((name) => `${name}.title` in state.words);
  return h(
    "section", { class: "safety", "aria-labelledby": "safety-title" },
    h("h3", { id: "safety-title" }, t("safety.title")),
    h("ol", {}, cards.map((name) => h("li", {}, h("strong", {}, t(`${name}.title`)), h("span", {}, t(`${name}.text`))))),
  );
}
