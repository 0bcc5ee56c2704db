// What waits: for a supervisor, for a cure, for the wallet. The older, the warmer the colour.

import { h } from "../h.js";
import { age, yuan } from "../words.js";
import { markOf, roundBar } from "./approvals.js";
import { standing } from "./complaints.js";
import { countdown } from "./result.js";
import { badge, button, message, stateOf, toneOf } from "./pieces.js";

const PARTS = ["approvals", "held", "open"];

export function queue(state, t) {
  let before = 0;
  const parts = PARTS.map((name) => {
    const part = section(state, t, name, before);
    before += state.queue[name].length;
    return part;
  });
  return h(
    "main", { class: "list queue", key: "queue" },
    h("header", {}, h("h1", { tabindex: -1, focus: true }, t("page.nav.queue")), button(t("page.list.back"), "newRefund", { keys: "Esc", kind: "quiet" })),
    message(state), roundBar(state, t), h("div", { class: "columns" }, parts), onHold(state, t), complaints(state, t),
  );
}

function section(state, t, name, before) {
  const found = state.queue[name];
  return h(
    "section", { class: `card part part-${name}`, "aria-label": t(`page.queue.${name}`) },
    h("h2", {}, t(`page.queue.${name}`), h("span", { class: "count" }, found.length)),
    found.length === 0 ? h("p", { class: "none" }, t("page.queue.none")) : null,
    h("ul", { class: "rows" }, found.map((one, number) => row(state, t, one, before + number, name === "approvals" ? markOf(state, t, one) : null))),
  );
}

/** Orders on hold of which no refund waits: they are looked up and thawed by their number. */
function onHold(state, t) {
  const found = (state.queue.on_hold ?? []).filter((one) => !one.refund_id);
  if (!found.length) return null;
  return h(
    "section", { class: "card part part-on-hold", key: "on-hold", "aria-label": t("page.hold.title") },
    h("h2", {}, t("page.hold.title"), h("span", { class: "count" }, found.length)),
    h("ul", { class: "rows" }, found.map((one) => h("li", { key: one.order_id, class: "more" }, h("strong", {}, one.order_id), " ", h("span", {}, one.by), " ", h("span", { class: "note" }, one.note)))),
  );
}

/** Complaints that wait for an answer, with the day it is due; each leads to its refund. */
function complaints(state, t) {
  const found = state.queue.complaints ?? [];
  if (!found.length) return null;
  return h(
    "section", { class: "card part part-complaints", key: "complaints", "aria-label": t("page.complaint.title") },
    h("h2", {}, t("page.complaint.title"), h("span", { class: "count" }, found.length)),
    h("ul", { class: "rows" }, found.map((one) => h("li", { key: String(one.number) },
      h("button", { type: "button", class: "row", act: "openDetail", arg: one.refund_id },
        h("span", { class: "head" }, h("strong", {}, one.refund_id), h("span", {}, one.by)),
        standing(one, t))))),
  );
}

/** One refund in a list. `number` is its place, for the arrow keys. */
export function row(state, t, one, number, mark = null) {
  return h(
    "li", { key: one.refund_id, class: mark ? "markable" : null }, mark,
    h("button", { type: "button", class: `row tone-${toneOf(one)}`, act: "openDetail", arg: one.refund_id, "aria-current": number === state.picked ? "true" : null },
      h("span", { class: "head" }, h("strong", {}, yuan(one.amount_fen)), h("span", {}, stateOf(one, t))),
      h("span", { class: "more" }, h("span", {}, one.order_id), one.clerk ? h("span", {}, one.clerk) : null, one.reason_text ? h("span", {}, one.reason_text) : null, one.hold ? h("span", { class: "note" }, one.hold.note) : null),
      h("span", { class: "aged" }, badge(age(one.age_s ?? 0, t), `level-${one.level || "none"}`), countdown(state, t, one))),
  );
}
