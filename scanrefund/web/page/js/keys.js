// Which key does what, where. Function keys everywhere; Enter, Escape and digits by the topmost place.

import { marked } from "./acts/approvals.js";
import { nextOf } from "./acts/complaints.js";
import { DIGITS, offered } from "./acts/order_actions.js";
import { deciders } from "./acts/practice.js";
import { act } from "./acts/table.js";
import { others, placeOf } from "./place.js";
import { store } from "./store.js";

// A scanner's second suffix, or a finger that bounces, must not answer a question that has just appeared.
const ARMED_AFTER_MS = 400;

const FUNCTION_KEYS = {
  F1: "help", F2: "newRefund", F3: "openRefunds", F4: "openQueue", F6: "openEquipment",
  F7: "customerView", F8: "withoutCode", F9: "maximum", F10: "lock",
  ShiftF4: "openBooks",
};
// Without a practice counter these are the browser's.
const TRAINING_KEYS = { F11: "customerShows", F12: "endExercise" };
const EVERYWHERE = new Set(["F1", "F10"]);

// What Enter and Escape do, place by place.
const ENTER_ESCAPE = {
  owner: ["makeOwner", null],
  sign_in: ["signIn", "someoneElse"],
  locked: ["unlock", null],
  help: ["help", "help"],
  customer: ["agree", "customerOff"],
  training: ["beginPicked", "newRefund"],
  queue: ["openPicked", "newRefund"],
  refunds: ["openPicked", "newRefund"],
  detail: [null, "closeDetail"],
  equipment: ["selfTest", "newRefund"],
  books: ["reconcileDay", "newRefund"],
  "refund:order": ["choosePickedOrder", "stepBack"],
  "refund:amount": ["takeAmount", "stepBack"],
  "refund:code": ["needCode", "stepBack"],
  "refund:confirm": ["confirm", "stepBack"],
  "refund:sending": ["pressedAgain", "pressedAgain"],
  "refund:approving": ["approveAtTill", "notApproved"],
  "dialog:decide": ["submitDecision", "closeDialog"],
  "dialog:complaint": ["settleComplaint", "closeDialog"],
  "dialog:judged": ["closeDialog", "closeDialog"],
  "dialog:sign": ["keepSignature", "closeDialog"],
  "dialog:order": ["submitOrderAction", "leaveOrderAction"],
  "dialog:practice": ["submitPractice", "leavePractice"],
  "dialog:sign_day": ["signDay", "closeDialog"],
  "dialog:round": ["approveRound", "closeDialog"],
  "dialog:rounded": ["closeDialog", "closeDialog"],
  "dialog:cashslip": ["printCashSlip", "closeDialog"],
  "dialog:evidence": ["keepEvidence", "closeDialog"],
  "dialog:photo": ["closeDialog", "closeDialog"],
};
// While a refund is made the digits are its reasons, and two keys ask for more.
const WORKING = new Set(["refund:amount", "refund:code", "refund:confirm"]);
// Where a digit chooses who proves himself, of everybody.
const BY_ANYBODY = new Set(["dialog:decide", "dialog:complaint", "dialog:round", "dialog:sign_day"]);
const LISTENING = /^refund:(order|amount|code|confirm|result)$/;
const NOT_LISTENING = new Set(["starting", "owner", "sign_in", "locked"]);

let arrivedAt = 0;

/** The place changed just now. */
export function arrived() {
  arrivedAt = performance.now();
}

// By the key's own time: one that went down before the question was there is no answer, however late it is heard.
function armed(event) {
  return event.timeStamp - arrivedAt >= ARMED_AFTER_MS;
}

/** What Enter does now. */
export function enterAct(state) {
  const place = placeOf(state);
  if (place === "refund:result") return state.receipt.state === null ? "backToOrder" : "next";
  if (place === "queue" && marked(state).length > 0) return "openRound";
  if (place === "refund:amount" && !state.order.may_refund) return "next";
  if (place === "refund:order" && state.orders.length === 0) return "scanBox";
  return ENTER_ESCAPE[place]?.[0] ?? null;
}

export function escapeAct(state) {
  const place = placeOf(state);
  if (place === "refund:result") return "next";
  return ENTER_ESCAPE[place]?.[1] ?? null;
}

/** A single character that belongs to no field: a reason, a person, an order; else it begins a number. */
export function characterAct(key, state) {
  const place = placeOf(state);
  const number = Number(key) - 1;
  if (key === "*" && state.order?.may_refund && WORKING.has(place)) return ["editAmount"];
  if (key === "/" && state.order && WORKING.has(place)) return ["orderActions"];
  if (/^[pP]$/.test(key) && hasSlip(state, place)) return ["printSlip"];
  if (/^[mMaA]$/.test(key) && place === "queue") return [/^[mM]$/.test(key) ? "mark" : "markAll"];
  if (/^[sSwW]$/.test(key) && place === "books") return [/^[sS]$/.test(key) ? "openSignDay" : "auditBook"];
  if (place === "detail" && detailAct(key.toLowerCase(), state)) return detailAct(key.toLowerCase(), state);
  if (!/^[0-9]$/.test(key)) return null;
  if (place === "refund:order" && state.orders[number]) return ["chooseOrder", number];
  if (place === "training" && state.training.exercises[(number + 10) % 10]) return ["beginExercise", state.training.exercises[(number + 10) % 10].name];
  if (place === "sign_in" && !state.chosen && state.staff[number]) return ["choosePerson", state.staff[number].staff_id];
  if (place === "refund:approving" && others(state)[number]) return ["approver", others(state)[number].staff_id];
  if (place === "dialog:order") return orderKey(key, state, number);
  if (place === "dialog:practice") return deciders(state)[number] ? ["decider", deciders(state)[number].staff_id] : null;
  if (BY_ANYBODY.has(place) && state.staff[number]) return ["decider", state.staff[number].staff_id];
  if (place === "dialog:evidence" && state.detail.evidence.kinds[number]) return ["evidenceKind", state.detail.evidence.kinds[number].kind];
  return reasonAct(key, state, place);
}

function orderKey(key, state, number) {
  if (!state.dialog.what) {
    const what = offered(state).find((one) => DIGITS[one] === key);
    return what ? ["orderAction", what] : null;
  }
  return others(state)[number] ? ["decider", others(state)[number].staff_id] : null;
}

// One refund: its decisions by their digits, and what is written down beside it.
function detailAct(key, { detail }) {
  const next = nextOf(detail.complaints);
  if (key === "a" && next) return ["openComplaint", next.number];
  if (/^[1-9]$/.test(key)) return detail.may?.[key - 1] ? ["decide", detail.may[key - 1]] : null;
  return { c: ["decide", "complain"], d: ["openDiagnosis"], e: ["openEvidence"], s: [detail.customer_signed ? "showSignature" : "openSignature"] }[key] ?? null;
}

function hasSlip(state, place) {
  return place === "detail" || (place === "refund:result" && Boolean(state.receipt.refund_id));
}

function reasonAct(key, state, place) {
  if (!WORKING.has(place) || !state.order.may_refund) return null;
  const found = state.start.reasons.find((one) => String(one.digit) === key);
  return found ? ["reason", found.code] : null;
}

/** The keys of the whole page, after the scan buffer has looked at them. */
export function listen(target) {
  target.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const name = actOf(event);
    if (name === undefined) return;
    event.preventDefault();
    if (name && !event.repeat) act(...[name].flat());
  });
}

// undefined: not ours; null: ours, and nothing is to happen.
function actOf(event) {
  const state = store.get();
  const place = placeOf(state);
  if (event.key === "F4" && event.shiftKey) return functionAct("ShiftF4", place);
  if (event.key in FUNCTION_KEYS || (state.start?.training && event.key in TRAINING_KEYS)) return functionAct(event.key, place);
  if (event.key === "Enter" && LISTENING.test(place) && filledBox(event.target)) return "scanBox";
  if (event.key === "Enter" && !ownEnter(event.target)) return guarded(enterAct(state), place, event);
  if (event.key === "Escape") return escapeAct(state) ?? undefined;
  if (/^Arrow(Up|Down)$/.test(event.key) && !(event.target instanceof HTMLSelectElement)) return arrowAct(event.key, place, state);
  return undefined;
}

function functionAct(key, place) {
  if (NOT_LISTENING.has(place)) return null;
  const onTop = /^(help|customer|dialog)/.test(place);
  if (onTop && !EVERYWHERE.has(key) && !(place === "customer" && key === "F7")) return null;
  if (place === "refund:sending" && !EVERYWHERE.has(key)) return "pressedAgain";
  return FUNCTION_KEYS[key] ?? TRAINING_KEYS[key];
}

// A button under the focus answers Enter itself.
function ownEnter(target) {
  return target instanceof Element && target.closest("button, a, summary, select, textarea") !== null;
}

// What stands in the scan box is meant by its Enter, whatever else Enter does at this step.
function filledBox(target) {
  return target instanceof HTMLInputElement && target.dataset.field === "scan" && target.value.trim() !== "";
}

function guarded(name, place, event) {
  const moment = ["refund:confirm", "refund:result", "customer"].includes(place);
  return moment && !armed(event) ? (place === "refund:result" ? "tooSoon" : null) : name;
}

function arrowAct(key, place, state) {
  const listed = ["queue", "refunds", "training"].includes(place) || (place === "refund:order" && state.orders.length > 0);
  return listed ? ["pick", key === "ArrowDown" ? 1 : -1] : undefined;
}

