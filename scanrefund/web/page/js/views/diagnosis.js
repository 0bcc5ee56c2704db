// Why a refund stands where it stands: order, wallet, network, and each trip with the wallet's own code and words.

import { h } from "../h.js";
import { moment } from "../words.js";
import { orderFacts } from "./order_card.js";
import { button, fact } from "./pieces.js";
import { checks } from "./equipment.js";

export function diagnosis(state, t) {
  const one = state.detail;
  if (!one.trips) return button(t("page.diagnosis.open"), "openDiagnosis", { keys: "D" });
  return h(
    "section", { class: "card diagnosis", key: "diagnosis", "aria-label": t("page.diagnosis.title") }, h("h2", {}, t("page.diagnosis.title")),
    h("div", { class: "halves" },
      h("div", {}, h("h3", {}, t("page.diagnosis.order")), one.order ? h("dl", { class: "facts" }, orderFacts(state, t, one.order)) : null,
        h("h3", {}, t("page.diagnosis.wallet")), h("p", {}, one.order?.wallet_word?.say), differences(one.order, t),
        h("h3", {}, t("page.diagnosis.network")), checks(one.network, state, t)),
      h("div", {}, h("h3", {}, t("page.diagnosis.trips")), one.trips.length ? h("ul", { class: "trips" }, one.trips.map((trip, number) => tripOf(state, t, trip, number))) : h("p", { class: "none" }, t("page.diagnosis.none")))),
  );
}

function differences(order, t) {
  if (!order) return null;
  if (!order.differences.length) return h("p", { class: "said" }, t("page.diagnosis.no_difference"));
  return h("ul", { class: "differences" }, order.differences.map((one) => h("li", {}, one.say)));
}

// A drawer of its own for each: closed, it says what it came to; open, all that was said.
function tripOf(state, t, trip, number) {
  return h(
    "li", { key: `${number}` },
    h("details", {},
      h("summary", {}, h("time", { datetime: trip.begun_at }, moment(trip.begun_at, state)), h("strong", {}, trip.command), h("span", {}, trip.hint)),
      h("dl", { class: "facts" },
        fact(t("page.diagnosis.ours"), trip.outcome || "—"), fact(t("page.diagnosis.theirs"), [trip.http_status, trip.code].filter(Boolean).join(" · ") || "—"),
        fact(t("page.diagnosis.raw"), [trip.message, trip.wallet_request_id, trip.signature].filter(Boolean).join(" · ") || "—"))),
  );
}

/** Under a result: our own code for it, for whoever is asked on the telephone. */
export function codes(receipt, t) {
  const ours = receipt.reason ?? [receipt.state, receipt.outcome].filter(Boolean).join(" · ");
  return h(
    "details", { class: "codes" }, h("summary", {}, t("page.diagnosis.codes")),
    h("dl", { class: "facts" }, fact(t("page.diagnosis.ours"), ours), fact(t("page.diagnosis.hint"), receipt.next_step)),
  );
}
