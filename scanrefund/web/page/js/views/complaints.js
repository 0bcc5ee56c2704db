// What a customer complained about: the list in a refund's details, and the question how it is answered.

import { nextOf } from "../acts/complaints.js";
import { needsSecond } from "../acts/lists.js";
import { h } from "../h.js";
import { moment } from "../words.js";
import { badge, button, message, prover } from "./pieces.js";

/** How it stands, in a badge. */
export function standing(one, t) {
  if (one.ended_at) return badge(t("page.complaint.ended"), "");
  if (one.answered_at) return badge(t("page.complaint.answered"), "good");
  return badge(t(one.overdue ? "page.complaint.overdue" : "page.complaint.due", { due: one.due }), one.overdue ? "level-red" : "amber");
}

/** In the details: every complaint, and how to note another one. */
export function complaintsPart(state, t, one) {
  const found = one.complaints ?? [];
  return h(
    "section", { class: "complaints", key: "complaints", "aria-label": t("page.complaint.all") }, h("h3", {}, t("page.complaint.all")),
    found.length ? h("ul", { class: "pieces" }, found.map((complaint) => h("li", { key: `${complaint.number}` },
      standing(complaint, t), h("small", {}, moment(complaint.at, state), " · ", complaint.by),
      button(t("page.complaint.open"), "openComplaint", { arg: complaint.number, keys: complaint === nextOf(found) ? "A" : null, kind: "quiet" })))) : null,
    button(t("page.decide.complain"), "decide", { arg: "complain", keys: "C", kind: "quiet" }),
  );
}

export function complaint(state, t) {
  const { complaint: one } = state.dialog;
  return h(
    "div", { class: "veil", key: "complaint" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "complaint-title" },
      h("h2", { id: "complaint-title", tabindex: -1, focus: true }, t("page.complaint.one", { n: one.number })), h("p", {}, standing(one, t)), message(state),
      words(t, "page.complaint.said", one.closed ? t("page.complaint.closed") : one.words ?? t("page.complaint.purged")),
      one.answer ? words(t, "page.complaint.answer", one.answer) : null,
      one.answered_at || one.ended_at ? null : answerField(t), one.ended_at || !needsSecond(state, "answer") ? null : prover(state, t, state.staff, "page.decide.who"), foot(one, t)),
  );
}

function words(t, key, text) {
  return h("div", { key }, h("h3", {}, t(key)), h("p", { class: "quoted" }, text));
}

function answerField(t) {
  return h("label", { class: "field", key: "why" }, h("span", {}, t("page.complaint.answer")),
    h("input", { type: "text", "data-own": "why", "data-kind": "reason", autocomplete: "off", maxlength: 1000, focus: true }));
}

function foot(one, t) {
  const main = one.ended_at ? "page.customer.close" : one.answered_at ? "page.complaint.end" : "page.complaint.keep";
  return h(
    "div", { class: "buttons" }, button(t(main), "settleComplaint", { keys: "Enter", kind: "main" }),
    one.answered_at || one.ended_at ? null : button(t("page.complaint.end_unanswered"), "endComplaint"),
    button(t("page.confirm.back"), "closeDialog", { keys: "Esc", kind: "quiet" }),
  );
}
