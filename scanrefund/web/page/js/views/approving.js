// A second person: at the till by PIN or code, or later from the queue.

import { h } from "../h.js";
import { amountOf, others } from "../place.js";
import { yuan } from "../words.js";
import { button, people, secretField } from "./pieces.js";

export function approving(state, t) {
  const why = (state.check?.rungs ?? []).find((rung) => rung.reason === "needs_approval" && rung.verdict !== "yes");
  return h(
    "section", { class: "card approving", key: "approving", "aria-label": t("page.approve.title"), tabindex: -1, focus: true },
    h("h2", {}, t("page.approve.title")),
    h("p", { class: "sum" }, h("strong", { class: "figures" }, yuan(amountOf(state)))), why?.say ? h("p", {}, why.say) : null,
    h("h3", {}, t("page.approve.who")), people(others(state), state.chosen, "approver"),
    state.chosen ? secretField("approval", t("page.approve.secret"), { focus: true }) : null,
    h("div", { class: "buttons" },
      state.chosen ? button(t("page.approve.approve"), "approveAtTill", { keys: "Enter", kind: "main" }) : null,
      button(t("page.approve.queue"), "toQueue"), button(t("page.confirm.back"), "notApproved", { keys: "Esc", kind: "quiet" })),
    h("p", { class: "fine" }, t("page.approve.both_names")),
  );
}
