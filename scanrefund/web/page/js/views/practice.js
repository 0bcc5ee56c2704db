// The way between the shop's counter and its practice counter, and the question before it.

import { h } from "../h.js";
import { deciders, hasDoor, needsProof, practises } from "../acts/practice.js";
import { button, message, people, secretField } from "./pieces.js";

/** On the screens of equipment and training. */
export function practiceDoor(state, t) {
  if (!hasDoor(state)) return null;
  const way = practises(state) ? "leave" : "open";
  return h(
    "section", { class: "card", "aria-label": t("page.practice.title"), key: "practice" },
    h("h2", {}, t("page.practice.title")), h("p", {}, t(`page.practice.${way}_text`)), button(t(`page.practice.${way}`), "openPractice"),
  );
}

export function practice(state, t) {
  const way = practises(state) ? "leave" : "open";
  return h(
    "div", { class: "veil", key: "practice-question" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "dialog-title" },
      h("h2", { id: "dialog-title", tabindex: -1, focus: true }, t(`page.practice.${way}`)),
      h("p", { class: "sentence" }, t(`page.practice.${way}_ask`)), message(state), who(state, t),
      h("div", { class: "buttons" },
        button(t(`page.practice.${way}`), "submitPractice", { keys: "Enter", kind: "main", "aria-disabled": String(state.dialog.busy) }),
        button(t("page.confirm.back"), "leavePractice", { keys: "Esc", kind: "quiet" }))),
  );
}

function who(state, t) {
  if (state.dialog.busy || !needsProof(state)) return null;
  return [
    h("h3", { key: "who" }, t("page.approve.who")), people(deciders(state), state.dialog.approver, "decider"),
    state.dialog.approver ? secretField("approval", t(practises(state) ? "page.practice.real_pin" : "page.approve.secret"), { focus: true }) : null,
  ];
}
