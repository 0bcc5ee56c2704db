// Every refund, newest first: found by order, refund number, amount or last digits.

import { h } from "../h.js";
import { moment, yuan } from "../words.js";
import { badge, button, message, stateOf, toneOf } from "./pieces.js";

export function refunds(state, t) {
  return h(
    "main", { class: "list refunds", key: "refunds" },
    h("header", {}, h("h1", {}, t("page.nav.refunds")), filter(state, t), button(t("page.list.back"), "newRefund", { keys: "Esc", kind: "quiet" })),
    message(state), found(state, t),
  );
}

function found(state, t) {
  if (state.refunds === null) return null;
  return state.refunds.length > 0 ? table(state, t) : h("p", { class: "none" }, t("page.list.none"));
}

function filter(state, t) {
  return h(
    "div", { class: "filter" },
    h("input", { type: "search", field: "query", value: state.query, focus: true, autocomplete: "off", spellcheck: "false", placeholder: t("page.list.search"), "aria-label": t("page.list.search") }),
    button(t("page.list.find"), "search"), button(t("page.list.open_only"), "toggleOpenOnly", { "aria-pressed": String(state.openOnly) }),
  );
}

function table(state, t) {
  const columns = ["when", "order", "amount", "state", "who"];
  return h(
    "div", { class: "card scrolls", tabindex: 0, role: "region", "aria-label": t("page.nav.refunds") },
    h("table", {},
      h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, t(`page.list.${name}`))))),
      h("tbody", {}, state.refunds.map((one, number) => line(state, t, one, number)))),
  );
}

function line(state, t, one, number) {
  return h(
    "tr", { key: one.refund_id, class: number === state.picked ? "picked" : "" },
    h("td", {}, moment(one.created_at, state)),
    h("td", {}, h("button", { type: "button", class: "link", act: "openDetail", arg: one.refund_id }, one.order_id)),
    h("td", { class: "money" }, yuan(one.amount_fen)), h("td", {}, badge(stateOf(one, t), `tone-${toneOf(one)}`)),
    h("td", {}, [one.clerk, one.approver].filter(Boolean).join(" · ")),
  );
}
