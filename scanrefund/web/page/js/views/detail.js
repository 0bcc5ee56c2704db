// One refund from its first moment to now, and what a person may decide about it.

import { h } from "../h.js";
import { moment, yuan } from "../words.js";
import { cashSlipButton } from "./cash_slip.js";
import { complaintsPart } from "./complaints.js";
import { diagnosis } from "./diagnosis.js";
import { drawing } from "./drawings.js";
import { evidencePart } from "./evidence.js";
import { button, fact, message, nextStepLine, toneOf } from "./pieces.js";
import { customersPart } from "./signature.js";
import { walletWords } from "./wallet_words.js";
import { countdown, headline, nextStep } from "./result.js";

export function detail(state, t) {
  const one = state.detail;
  const tone = toneOf(one);
  return h(
    "main", { class: "list detail", key: "detail" },
    h("header", {}, h("h1", { tabindex: -1, focus: true }, t("page.detail.title", { refund_id: one.refund_id })), button(t("page.slip.print"), "printSlip", { keys: "P", kind: "quiet" }), button(t("page.list.back"), "closeDetail", { keys: "Esc", kind: "quiet" })),
    message(state),
    h("div", { class: "halves" },
      h("section", { class: `card about tone-${tone}`, "aria-label": headline(one, t) },
        h("div", { class: "verdict" }, drawing(tone), h("div", {}, h("h2", {}, headline(one, t)), h("p", { class: "figures" }, yuan(one.amount_fen)))),
        h("p", { class: "sentence" }, one.say_clerk), nextStepLine(nextStep(one, t), t), countdown(state, t, one),
        h("dl", { class: "facts" }, facts(state, t, one)), customersPart(state, t, one), cashSlipButton(t, one), decisions(one, t), evidencePart(state, t, one), complaintsPart(state, t, one)),
      h("section", { class: "card", "aria-label": t("page.detail.timeline") }, h("h2", {}, t("page.detail.timeline")), timeline(state, t, one))),
    diagnosis(state, t),
  );
}

function facts(state, t, one) {
  return [
    fact(t("page.confirm.order"), one.order_id), fact(t("page.list.when"), moment(one.created_at, state)),
    one.reason_text ? fact(t("page.confirm.reason"), one.reason_text) : null,
    one.applicant ? fact(t("page.applicant.title"), one.applicant) : null,
    one.fee ? fact(t("page.detail.fee"), one.fee) : null,
    one.hold ? fact(t("page.decide.hold"), `${one.hold.note} (${one.hold.by})`) : null,
    one.clerk ? fact(t("page.confirm.by"), one.clerk) : null, one.approver ? fact(t("page.approve.by"), one.approver) : null,
  ];
}

function decisions(one, t) {
  if (!one.may?.length) return null;
  return h("div", { class: "buttons" }, one.may.map((what, number) => button(t(`page.decide.${what}`), "decide", { arg: what, keys: String(number + 1), kind: what === "approve" ? "main" : "" })));
}

function timeline(state, t, one) {
  return h(
    "ol", { class: "timeline" },
    (one.timeline ?? []).map((entry, number) => h("li", { key: `${number}` }, h("time", { datetime: entry.at }, moment(entry.at, state)),
      h("strong", {}, entry.say), entry.who && !entry.say.includes(entry.who) ? h("span", {}, entry.who) : null, typeof entry.detail === "string" && entry.detail ? h("small", {}, entry.detail) : null,
      walletWords(entry.wallet_says, t))),
  );
}
