// The customer's tick, large enough for a finger, on the view that is turned to him.

import { h } from "../h.js";
import { button } from "./pieces.js";

const DISLIKES = ["slow", "unfriendly", "unclear", "amount", "other"];

export function opinionPart(state, t) {
  const { receipt, opinion } = state;
  if (!state.start.ask_opinion || !receipt?.refund_id) return null;
  const word = opinion?.refundId === receipt.refund_id ? opinion.word : null;
  if (word === "given") return h("p", { class: "number", key: "thanks", role: "status" }, t("page.opinion.thanks"));
  const words = word === "bad" ? DISLIKES.map((one) => [one, t(`dislike.${one}`)]) : [["good", t("page.opinion.good")], ["bad", t("page.opinion.bad")]];
  return h(
    "div", { class: "opinion", key: "opinion", role: "group", "aria-label": t(word === "bad" ? "page.opinion.why" : "page.opinion.ask") },
    h("p", {}, t(word === "bad" ? "page.opinion.why" : "page.opinion.ask")),
    h("div", { class: "buttons" }, words.map(([arg, text]) => button(text, "opinion", { arg, key: arg }))),
  );
}
