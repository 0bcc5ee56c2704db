// The screen of the day: steps, scan box, order, what to do now, and the rules' verdicts.

import { h } from "../h.js";
import { stepOf, STEPS } from "../place.js";
import { yuan } from "../words.js";
import { amountPanel } from "./amount.js";
import { approving } from "./approving.js";
import { codePanel } from "./code.js";
import { confirmPanel, sendingPanel } from "./confirm.js";
import { drawing } from "./drawings.js";
import { ladder } from "./ladder.js";
import { orderCard } from "./order_card.js";
import { key } from "./pieces.js";
import { result } from "./result.js";

// What was scanned was not what is sought: what to scan stands below.
const STILL_SOUGHT = new Set(["order", "code"]);
const PANELS = { amount: amountPanel, code: codePanel, confirm: confirmPanel };

export function refund(state, t) {
  const step = stepOf(state);
  return h(
    "main", { class: `refund step-${step}`, key: "refund" },
    h("h1", { class: "unseen" }, t("page.nav.refund")), steps(step, t), scanBox(state, t, step),
    step === "result" ? result(state, t) : step === "order" ? welcome(state, t) : work(state, t, step),
  );
}

function steps(step, t) {
  const now = STEPS.indexOf(step);
  return h(
    "ol", { class: "steps", "aria-label": t("page.step.name") },
    STEPS.map((name, number) => h(
      "li", { class: number < now ? "done" : number === now ? "now" : "", "aria-current": number === now ? "step" : null },
      h("span", { class: "number" }, number < now ? drawing("good") : String(number + 1)), h("span", {}, t(`page.step.${name}`)),
      number < now ? h("span", { class: "unseen" }, t("page.step.done")) : null,
    )),
  );
}

// Beside an order of which nothing goes back there is no amount to take: what helps is another number.
function meant({ order }, step) {
  return step === "amount" && order && !order.may_refund ? "order" : step;
}

// The box keeps its own text, and only until Enter: what is typed goes to the program and is gone from the page.
function scanBox(state, t, step) {
  const tone = state.message?.tone ?? "none";
  const hint = t(state.sending ? "page.sending.title" : `page.scan.hint_${meant(state, step)}`);
  return h(
    "section", { class: `scan tone-${tone}`, "aria-label": t("page.scan.name") },
    h("label", { class: "scanbox" }, drawing("scan"),
      h("input", { type: "text", field: "scan", class: state.hushed ? "hushed" : null, "data-kind": "scan", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
        maxlength: 2000, placeholder: t("page.scan.placeholder"), "aria-label": t("page.scan.name"), focus: step === "order" && state.orders.length === 0 }),
      key("F2")),
    h("p", { class: "message", role: tone === "bad" ? "alert" : "status", key: `message-${tone}` }, state.message?.text ?? hint, tone === "bad" && STILL_SOUGHT.has(step) ? h("small", {}, hint) : null),
  );
}

function welcome(state, t) {
  if (state.orders.length > 0) return chooseOrder(state, t);
  const ways = [["receipt", "receipt"], ["bill", "bars"], ["number", "keys"], ["picture", "picture"]];
  return h(
    "section", { class: "welcome card", "aria-label": t("page.welcome.title") },
    h("h2", {}, t("page.welcome.title")),
    h("ul", { class: "ways" }, ways.map(([name, picture]) => h("li", {}, drawing(picture), h("strong", {}, t(`page.welcome.${name}`)), h("small", {}, t(`page.welcome.${name}_more`))))),
    state.reading ? codePanel(state, t) : h("p", { class: "four" }, ["scan", "amount", "reason", "code", "enter"].map((name) => h("span", {}, t(`page.four.${name}`)))),
  );
}

function chooseOrder(state, t) {
  return h(
    "section", { class: "card", "aria-label": t("page.orders.title") }, h("h2", { tabindex: -1, focus: true }, t("page.orders.title")),
    h("ul", { class: "rows" }, state.orders.map((order, number) => h(
      "li", { key: order.order_id },
      h("button", { type: "button", class: "row", act: "chooseOrder", arg: number, "aria-current": number === state.picked ? "true" : null },
        key(String(number + 1)), h("strong", {}, order.order_id), h("span", {}, yuan(order.amount_fen)), h("span", {}, order.wallet_say), h("span", {}, order.paid_say), h("span", {}, order.state_say)),
    ))),
  );
}

function work(state, t, step) {
  const panel = state.sending ? sendingPanel : state.approving ? approving : PANELS[step];
  return h(
    "div", { class: "work", key: "work" }, orderCard(state, t),
    h("div", { class: "now", key: "now" }, panel(state, t)), state.order.may_refund ? ladder(state, t) : null,
  );
}
