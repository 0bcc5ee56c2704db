// Many waiting refunds at once: the marks in the queue, the sum and who approves, what became of each.

import { marked, sumOf } from "../acts/approvals.js";
import { h } from "../h.js";
import { yuan } from "../words.js";
import { drawing } from "./drawings.js";
import { button, message, prover } from "./pieces.js";

/** Beside a row: marked or not. */
export function markOf(state, t, one) {
  const is = state.marked.includes(one.refund_id);
  const words = t("page.round.mark", { amount: yuan(one.amount_fen), order_id: one.order_id });
  return h("button", { type: "button", class: "marker", act: "mark", arg: one.refund_id, role: "checkbox", "aria-checked": String(is), "aria-label": words }, is ? drawing("good") : null);
}

/** Above the queue: how many are marked, what they come to, and the way on. */
export function roundBar(state, t) {
  if (state.queue.approvals.length === 0) return null;
  const found = marked(state);
  return h(
    "div", { class: "roundbar", key: "roundbar" },
    h("p", { role: "status" }, found.length ? t("page.round.marked", { n: found.length, sum: yuan(sumOf(found)) }) : t("page.round.how")),
    h("div", { class: "buttons" },
      button(t("page.round.this"), "mark", { keys: "M" }), button(t("page.round.all"), "markAll", { keys: "A" }),
      found.length ? button(t("page.round.approve"), "openRound", { keys: "Enter", kind: "main" }) : null),
  );
}

export function round(state, t) {
  const { items } = state.dialog;
  return h(
    "div", { class: "veil", key: "round" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "round-title" },
      h("h2", { id: "round-title", tabindex: -1, focus: true }, t("page.round.title", { n: items.length })),
      h("p", { class: "figures" }, yuan(sumOf(items))), message(state),
      h("ul", { class: "lines", tabindex: 0, "aria-label": t("page.round.title", { n: items.length }) }, items.map((one) => line(one, null, t))),
      prover(state, t, state.staff),
      h("div", { class: "buttons" },
        button(t("page.round.do"), "approveRound", { keys: "Enter", kind: "main" }), button(t("page.confirm.back"), "closeDialog", { keys: "Esc", kind: "quiet" }))),
  );
}

/** Each with its own line: approved and where it stands, or why not. */
export function rounded(state, t) {
  const { items, told } = state.dialog;
  const gaps = { n: told.approved, of: items.length, sum: yuan(told.approved_fen) };
  return h(
    "div", { class: "veil", key: "rounded" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "rounded-title" },
      h("h2", { id: "rounded-title", tabindex: -1, focus: true }, t("page.round.done", gaps)),
      h("ul", { class: "lines", tabindex: 0, "aria-label": t("page.round.done", gaps) }, items.map((one, number) => line(one, told.lines[number], t))),
      h("div", { class: "buttons" }, button(t("page.customer.close"), "closeDialog", { keys: "Enter", kind: "main" }))),
  );
}

function line(one, ended, t) {
  const kind = ended === null ? "" : ended.approved ? "good" : "bad";
  return h(
    "li", { key: one.refund_id, class: kind ? `line-${kind}` : null },
    kind ? drawing(kind) : null, h("strong", {}, yuan(one.amount_fen)), h("span", {}, one.order_id), one.clerk ? h("span", {}, one.clerk) : null,
    ended ? h("span", { class: "ended" }, `${t(ended.approved ? "page.round.yes" : "page.round.no")} ${ended.say}`) : one.reason_text ? h("span", {}, one.reason_text) : null,
  );
}
