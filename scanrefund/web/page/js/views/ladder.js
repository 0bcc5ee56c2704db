// The rules and what each says: what is wrong first, then what to look at, then all that is in order.

import { h } from "../h.js";
import { drawing } from "./drawings.js";

const ORDER = { no: 0, amber: 1, yes: 2, skipped: 3 };
const DRAWN = { yes: "good", no: "bad", amber: "amber", skipped: "skipped" };

export function ladder(state, t) {
  const rungs = (state.check?.rungs ?? []).map((one) => curable(one, state)).sort((one, other) => ORDER[one.verdict] - ORDER[other.verdict]);
  return h(
    "section", { class: "card ladder", key: "ladder", "aria-label": t("page.ladder.title"), tabindex: 0 },
    h("h2", {}, t("page.ladder.title"), h("small", { role: "status" }, summary(state, rungs, t))),
    h("ul", {}, rungs.map((one) => rung(one, t))),
  );
}

// What a second person can allow is something to see to, not a no; what has not been asked yet is neither.
function curable(one, state) {
  if (one.reason === "reason_missing" && !state.reason) return { ...one, verdict: "skipped" };
  return one.reason === "needs_approval" && one.verdict === "no" ? { ...one, verdict: "amber" } : one;
}

function summary(state, rungs, t) {
  if (!state.check || state.checking) return t("page.check.running");
  const wrong = rungs.filter((one) => one.verdict === "no").length;
  if (wrong > 0) return t("page.ladder.wrong", { n: wrong });
  const watched = rungs.filter((one) => one.verdict === "amber").length;
  if (watched > 0) return t("page.ladder.watch", { n: watched });
  return t("page.ladder.right", { n: rungs.filter((one) => one.verdict === "yes").length });
}

function rung(one, t) {
  const told = one.verdict === "no" || one.verdict === "amber";
  return h(
    "li", { class: `rung rung-${one.verdict}`, key: one.reason },
    drawing(DRAWN[one.verdict]), h("span", { class: "unseen" }, t(`page.ladder.${one.verdict}`)), h("span", { class: "rungname" }, one.name),
    told && one.say ? h("span", { class: "rungsay" }, one.say) : null,
  );
}
