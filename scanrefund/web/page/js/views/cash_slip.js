// The slip that both sides sign when a refund was paid by hand.

import { h } from "../h.js";
import { button, message } from "./pieces.js";

const PAID_BY_HAND = "PAID_OTHER_WAY";

/** Beside a refund that was paid by hand: its slip. */
export function cashSlipButton(t, one) {
  if (one.state !== PAID_BY_HAND) return null;
  return button(t("page.cash_slip.open"), "openCashSlip", { arg: one.refund_id, kind: "main" });
}

export function cashSlip(state, t) {
  const { text, prints } = state.dialog;
  return h(
    "div", { class: "veil", key: "cashslip" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "cashslip-title" },
      h("h2", { id: "cashslip-title", tabindex: -1, focus: true }, t("page.cash_slip.title")), message(state),
      h("p", { class: "said" }, prints ? t("page.cash_slip.printed", { n: prints }) : t("page.cash_slip.not_yet")),
      h("pre", { class: "paper", tabindex: 0 }, text),
      h("div", { class: "buttons" },
        button(t("page.cash_slip.print"), "printCashSlip", { keys: "Enter", kind: "main" }), button(t("page.customer.close"), "closeDialog", { keys: "Esc", kind: "quiet" }))),
  );
}
