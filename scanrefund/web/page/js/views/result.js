// How it came out: one colour, one sentence, one next step; and while money may still move, a warning and a clock.

import { h } from "../h.js";
import { clock, secondsTo, yuan } from "../words.js";
import { codes } from "./diagnosis.js";
import { drawing } from "./drawings.js";
import { badge, button, fact, nextStepLine, stateOf, toneOf, unreal } from "./pieces.js";

const WARNED = new Set(["open", "unknown", "person", "wait"]);

export function result(state, t) {
  const { receipt } = state;
  const tone = toneOf(receipt);
  return h(
    "section", { class: `result tone-${tone}`, key: "result", tabindex: -1, focus: true, "aria-label": t("page.step.result"), role: "alert" },
    h("div", { class: "verdict" }, drawing(tone),
      h("div", {}, h("h2", {}, headline(receipt, t)), h("p", { class: "figures" }, yuan(receipt.amount_fen)), unreal(receipt, t) ? badge(unreal(receipt, t), "amber") : null)),
    warning(state, t, tone),
    receipt.served_again ? h("p", { class: "again" }, t("page.result.served_again")) : null,
    h("p", { class: "sentence" }, sentence(receipt, t, tone)),
    nextStepLine(nextStep(receipt, t), t),
    state.repeated > 0 ? h("p", { class: "again" }, t("page.sending.pressed_again")) : null,
    cards(state, t, tone), foot(state, t),
  );
}

/** While money may move, what is known of it; the warning stands beside it in its own words. Cash is no refund by the wallet. */
export function headline(receipt, t) {
  if (receipt.state === "PAID_OTHER_WAY") return stateOf(receipt, t);
  return receipt.tone === "open" ? t(`page.result.head_${toneOf(receipt)}`) : receipt.headline;
}

/** At the counter the program asks and sends by itself: nobody need keep another one running. */
export function nextStep(receipt, t) {
  if (receipt.tone !== "open") return receipt.next_step;
  const gaps = { refund_id: receipt.refund_id };
  return t(receipt.outcome === "NOT_SENT" ? "page.result.next_network" : "page.result.next_open", gaps);
}

// Where the warning has a frame of its own, the sentence need not say it again.
function sentence(receipt, t, tone) {
  return WARNED.has(tone) ? receipt.say_clerk.replace(t("phrase.warning"), "").trim() : receipt.say_clerk;
}

function warning(state, t, tone) {
  if (!WARNED.has(tone)) return null;
  return h("p", { class: "norepeat" }, t("page.result.no_repeat"), countdown(state, t));
}

/** When the program asks the wallet next, by itself. */
export function countdown(state, t, receipt = state.receipt) {
  if (!receipt?.next_try_at) return null;
  const left = secondsTo(receipt.next_try_at, state.now);
  const words = left > 0 ? t("page.result.next_check", { clock: clock(left) }) : t("page.result.checking_now");
  return h("span", { class: "countdown", "aria-live": "off" }, words);
}

function cards(state, t, tone) {
  const { receipt } = state;
  return h(
    "div", { class: "cards" },
    h("section", { class: "say" }, h("h3", {}, t("page.result.for_customer")), h("p", {}, receipt.say_customer), button(t("page.result.turn"), "customerView", { keys: "F7" })),
    h("section", { class: "does" }, h("h3", {}, t("page.result.program")), h("p", {}, t(`page.program.${receipt.state === null ? "refused" : tone}`)),
      h("dl", { class: "facts" },
        receipt.refund_id ? fact(t("page.result.refund_id"), receipt.refund_id) : null, fact(t("page.confirm.order"), receipt.order_id),
        receipt.clerk ? fact(t("page.confirm.by"), receipt.clerk) : null, receipt.approver ? fact(t("page.approve.by"), receipt.approver) : null),
      codes(receipt, t)),
  );
}

function foot(state, t) {
  const { receipt } = state;
  const refused = receipt.state === null;
  return h(
    "div", { class: "foot buttons" },
    refused ? button(t("page.result.back"), "backToOrder", { keys: "Enter", kind: "main" }) : button(t("page.result.next"), "next", { keys: "Enter", kind: "main" }),
    receipt.reason === "amount_over_remaining" ? button(t("page.amount.maximum"), "maximum", { keys: "F9" }) : null,
    refused ? button(t("page.result.next"), "next", { keys: "Esc", kind: "quiet" }) : null,
    receipt.may?.includes("ask") ? button(t("page.decide.ask"), "decide", { arg: "ask" }) : null,
    receipt.refund_id ? button(t("page.slip.print"), "printSlip", { keys: "P" }) : null,
    receipt.refund_id && state.signed !== receipt.refund_id ? button(t("page.sign.open"), "openSignature", { kind: "quiet" }) : null,
    receipt.refund_id ? button(t("page.result.detail"), "openDetail", { arg: receipt.refund_id, kind: "quiet" }) : null,
  );
}
