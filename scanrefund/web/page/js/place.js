// Where the clerk is: one word for the step, one for the place on top. Pure.

import { fenOf } from "./words.js";

export const STEPS = ["order", "amount", "code", "confirm", "result"];

/** The step of the refund being made. */
export function stepOf(state) {
  if (state.receipt) return "result";
  if (!state.order) return "order";
  if (!state.reason || !amountOf(state)) return "amount";
  if (!state.reading && !state.noCode) return "code";
  return "confirm";
}

/** The amount as typed, in fen, or null. */
export function amountOf(state) {
  return fenOf(state.amountText) || null;
}

/** Large sums are typed a second time. */
export function isLarge(state) {
  const amount = amountOf(state);
  return amount !== null && amount >= (state.start?.large_amount_fen ?? Infinity);
}

/** The topmost place that takes the keys. */
export function placeOf(state) {
  if (!state.start) return "starting";
  if (state.start.needs_owner && !state.signedIn) return "owner";
  if (state.locked) return "locked";
  if (!state.signedIn) return "sign_in";
  if (state.help) return "help";
  if (state.customer) return "customer";
  if (state.dialog) return `dialog:${state.dialog.kind}`;
  if (state.screen !== "refund") return state.screen;
  if (state.sending) return "refund:sending";
  if (state.approving) return "refund:approving";
  return `refund:${stepOf(state)}`;
}

/** The rungs that say no. */
export function noes(check) {
  return (check?.rungs ?? []).filter((rung) => rung.verdict === "no");
}

/** What stands between the clerk and sending: a word, or null when the way is free. */
export function blockedBy(state) {
  if (!state.check || state.checking) return "checking";
  const wrong = noes(state.check).filter((rung) => rung.reason !== "needs_approval");
  if (wrong.length > 0) return "rules";
  if (isLarge(state) && fenOf(state.typed) !== amountOf(state)) return "typed";
  return null;
}

/** What waits for half an hour or more, for whoever or whatever. */
export function overdue(state) {
  const waiting = [...state.queue.approvals, ...state.queue.held, ...state.queue.open];
  return waiting.filter((one) => ["orange", "red", "violet"].includes(one.level));
}

/** May this person do it? */
export function may(state, permission) {
  return (state.signedIn?.permissions ?? []).includes(permission);
}

/** Who may approve: anybody but the clerk. */
export function others(state) {
  return state.staff.filter((one) => one.staff_id !== state.signedIn?.staff_id);
}

/** Whether the decision about an order that is asked for pays money back, so that the customer's code is wanted. */
export function pays({ dialog, order }) {
  return dialog?.what === "adjust" || (dialog?.what === "cancel" && order.state !== "UNPAID");
}
