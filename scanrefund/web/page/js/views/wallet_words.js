// What the wallet answered, in a drawer under its line: as an engineer reads it to the wallet's support.

import { h } from "../h.js";
import { fact } from "./pieces.js";

export function walletWords(said, t) {
  if (!said) return null;
  const facts = [["code", said.code], ["words", said.message], ["status", said.http_status], ["number", said.wallet_request_id], ["signature", said.signature]];
  return h(
    "details", { class: "codes" }, h("summary", {}, t("page.wallet_words.title")),
    h("dl", { class: "facts" }, facts.map(([name, value]) => fact(t(`page.wallet_words.${name}`), value ? String(value) : "—"))),
  );
}
