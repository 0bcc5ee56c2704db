// Which key does what, where. Function keys everywhere; Enter, Escape and digits by the topmost place.

import { marked } from "./acts/approvals.js";
import { offered } from "./acts/order_actions.js";
import { deciders } from "./acts/practice.js";
import { act } from "./acts/table.js";
import { placeOf } from "./place.js";
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

const ENTER = {
  owner: "makeOwner", sign_in: "signIn", locked: "unlock", help: "help", customer: "agree",
  "dialog:decide": "submitDecision", "dialog:judged": "closeDialog", "dialog:sign": "keepSignature", "dialog:order": "submitOrderAction", "dialog:practice": "submitPractice", training: "beginPicked",
  queue: "openPicked", refunds: "openPicked", detail: null, equipment: "selfTest",
  "refund:order": "choosePickedOrder", "refund:amount": "takeAmount", "refund:code": "needCode",
  "refund:confirm": "confirm", "refund:sending": "pressedAgain", "refund:approving": "approveAtTill",
  books: "reconcileDay", "dialog:sign_day": "signDay", "dialog:round": "approveRound", "dialog:rounded": "closeDialog",
  "dialog:cashslip": "printCashSlip", "dialog:evidence": "keepEvidence", "dialog:photo": "closeDialog",
};
const ESCAPE = {
  sign_in: "someoneElse", help: "help", customer: "customerOff", "dialog:decide": "closeDialog", "dialog:judged": "closeDialog", "dialog:sign": "closeDialog", "dialog:order": "leaveOrderAction", "dialog:practice": "leavePractice", training: "newRefund", queue: "newRefund", refunds: "newRefund", detail: "closeDetail",
  equipment: "newRefund", "refund:order": "stepBack", "refund:amount": "stepBack", "refund:code": "stepBack",
  "refund:confirm": "stepBack", "refund:sending": "pressedAgain", "refund:approving": "notApproved",
  books: "newRefund", "dialog:sign_day": "closeDialog", "dialog:round": "closeDialog", "dialog:rounded": "closeDialog",
  "dialog:cashslip": "closeDialog", "dialog:evidence": "closeEvidence", "dialog:photo": "closeDialog",
};
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
  return ENTER[place] ?? null;
}

export function escapeAct(state) {
  const place = placeOf(state);
  if (place === "refund:result") return "next";
  return ESCAPE[place] ?? null;
}

/** A single character that belongs to no field: a reason, a person, an order; else it begins a number. */
export function characterAct(key, state) {
  const place = placeOf(state);
  const number = Number(key) - 1;
  if (key === "*" && state.order?.may_refund && ["refund:amount", "refund:code", "refund:confirm"].includes(place)) return ["editAmount"];
  if (key === "/" && state.order && ["refund:amount", "refund:code", "refund:confirm"].includes(place)) return ["orderActions"];
  if (/^[pP]$/.test(key) && hasSlip(state, place)) return ["printSlip"];
  if (/^[mMaA]$/.test(key) && place === "queue") return [/^[mM]$/.test(key) ? "mark" : "markAll"];
  if (/^[sSwW]$/.test(key) && place === "books") return [/^[sS]$/.test(key) ? "openSignDay" : "auditBook"];
  if (/^[eE]$/.test(key) && place === "detail") return ["openEvidence"];
  if (!/^[0-9]$/.test(key)) return null;
  if (place === "refund:amount" && !state.order.may_refund) return null;
  if (place === "refund:order" && state.orders[number]) return ["chooseOrder", number];
  if (place === "training" && state.training.exercises[(number + 10) % 10]) return ["beginExercise", state.training.exercises[(number + 10) % 10].name];
  if (place === "sign_in" && !state.chosen && state.staff[number]) return ["choosePerson", state.staff[number].staff_id];
  if (place === "refund:approving" && others(state)[number]) return ["approver", others(state)[number].staff_id];
  if (place === "dialog:order") return orderKey(state, number);
  if (place === "dialog:practice") return deciders(state)[number] && !state.dialog.busy ? ["decider", deciders(state)[number].staff_id] : null;
  if (/^dialog:(decide|round|sign_day)$/.test(place) && state.staff[number]) return ["decider", state.staff[number].staff_id];
  if (place === "dialog:evidence" && state.detail.evidence.kinds[number]) return ["evidenceKind", state.detail.evidence.kinds[number].kind];
  return reasonAct(key, state, place);
}

function orderKey(state, number) {
  if (!state.dialog.what) return offered(state)[number] ? ["orderAction", offered(state)[number]] : null;
  return others(state)[number] ? ["decider", others(state)[number].staff_id] : null;
}

function hasSlip(state, place) {
  return place === "detail" || (place === "refund:result" && Boolean(state.receipt.refund_id));
}

function reasonAct(key, state, place) {
  if (!["refund:amount", "refund:code", "refund:confirm"].includes(place) || !state.order.may_refund) return null;
  const found = state.start.reasons.find((one) => String(one.digit) === key);
  return found ? ["reason", found.code] : null;
}

/** Who may approve: anybody but the clerk. */
export function others(state) {
  return state.staff.filter((one) => one.staff_id !== state.signedIn?.staff_id);
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

function guarded(name, place, event) {
  const moment = ["refund:confirm", "refund:result", "customer"].includes(place);
  return moment && !armed(event) ? (place === "refund:result" ? "tooSoon" : null) : name;
}

function arrowAct(key, place, state) {
  const listed = ["queue", "refunds", "training"].includes(place) || (place === "refund:order" && state.orders.length > 0);
  return listed ? ["pick", key === "ArrowDown" ? 1 : -1] : undefined;
}

