// The books: one day beside the wallets' bills, what differs and what to do, the signature; report and audit.

import { h } from "../h.js";
import { moment } from "../words.js";
import { drawing } from "./drawings.js";
import { button, inputField, message, prover } from "./pieces.js";

export function books(state, t) {
  const found = state.books;
  return h(
    "main", { class: "list books", key: "books" },
    h("header", {}, h("h1", { tabindex: -1 }, t("page.nav.books")), dayPart(state, t), button(t("page.list.back"), "newRefund", { keys: "Esc", kind: "quiet" })),
    message(state), running(found.run, t),
    found.reconciled ? day(state, t, found.reconciled) : h("p", { class: "none" }, t("page.books.none")),
    auditPart(state, t, found.audit),
  );
}

function dayPart(state, t) {
  return h(
    "div", { class: "filter" },
    inputField("bookDay", t("page.books.day"), state.bookDay, { focus: true, maxlength: 10, placeholder: state.books.last_day }),
    button(t("page.books.reconcile"), "reconcileDay", { keys: "Enter", kind: "main" }),
    link(`/desk/books/report/${encodeURIComponent(state.bookDay)}`, t("page.books.report"), { target: "_blank", rel: "noopener" }),
  );
}

function running(run, t) {
  if (!run?.running) return null;
  return h("p", { class: "card running", role: "status" }, drawing("wait"), t("page.books.running", { day: run.day, n: run.lines }));
}

function day(state, t, one) {
  const { run, may_sign } = state.books;
  const path = `/desk/books/${run.run_id}`;
  return h(
    "section", { class: "card day", key: run.run_id, "aria-label": one.title },
    h("h2", {}, one.title),
    h("p", { class: `verdict-line tone-${one.verdict.tone}` }, drawing(one.verdict.tone === "warn" ? "amber" : one.verdict.tone), h("strong", {}, one.verdict.say)),
    h("ul", { class: "scopes" }, one.scopes.map((scope) => h("li", { key: scope.name }, drawing(scope.ok ? "good" : "bad"), h("strong", {}, scope.name), h("span", {}, scope.say)))),
    one.sums.length ? table(t("page.books.sums"), one.sum_columns, one.sums, 2) : null,
    h("h3", {}, t("page.books.differences")),
    one.differences.length ? table(t("page.books.differences"), one.columns, one.differences, 3, 3) : h("p", { class: "none" }, t("page.books.no_differences")),
    one.left_out ? h("p", { class: "said" }, t("page.books.left_out", { n: one.left_out })) : null,
    h("ul", { class: "signatures" }, one.signatures.map((sign) => h("li", { class: sign.same ? "good" : "bad" }, sign.say))),
    h("div", { class: "buttons" },
      one.signable ? button(t("page.books.sign"), "openSignDay", { keys: "S", kind: may_sign ? "main" : "" }) : null,
      link(`${path}/differences.csv`, t("page.books.csv"), { download: true }), link(`${path}/reconciliation.pdf`, t("page.books.pdf"), { download: true })),
  );
}

// Columns from `first` to `last` hold amounts.
function table(name, columns, rows, first, last = Infinity) {
  const kind = (at) => (at >= first && at <= last ? "money" : null);
  return h(
    "div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": name },
    h("table", { class: "sums" },
      h("thead", {}, h("tr", {}, columns.map((one, at) => h("th", { scope: "col", class: kind(at) }, one)))),
      h("tbody", {}, rows.map((row, number) => h("tr", { key: `${number}` }, row.map((cell, at) => h("td", { class: kind(at) }, cell)))))),
  );
}

function auditPart(state, t, audit) {
  return h(
    "section", { class: "card audit", "aria-label": t("page.books.book") }, h("h2", {}, t("page.books.book")),
    audit ? h("p", { class: `verdict-line tone-${audit.whole ? "good" : "bad"}` }, drawing(audit.whole ? "good" : "bad"), h("strong", {}, audit.say.join(" "))) : h("p", { class: "none" }, t("page.books.not_walked")),
    audit ? h("p", { class: "said head" }, audit.head, " · ", moment(audit.at, state)) : null,
    h("div", { class: "buttons" }, button(t("page.books.walk"), "auditBook", { keys: "W" })),
  );
}

export function signDayDialog(state, t) {
  const { reconciled } = state.books;
  return h(
    "div", { class: "veil", key: "sign_day" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "sign-day-title" },
      h("h2", { id: "sign-day-title", tabindex: -1, focus: true }, t("page.books.sign_title", { day: state.books.run.day })),
      h("p", {}, t("page.books.sign_text")), h("p", {}, reconciled?.verdict.say), message(state),
      prover(state, t, state.staff),
      h("div", { class: "buttons" },
        button(t("page.books.sign"), "signDay", { keys: "Enter", kind: "main" }), button(t("page.confirm.back"), "closeDialog", { keys: "Esc", kind: "quiet" }))),
  );
}

function link(href, words, more) {
  return h("a", { class: "button", href, ...more }, words);
}
