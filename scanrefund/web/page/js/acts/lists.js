// The queue, the list of refunds, one refund with its time line, and what a person decides about it.

import { change, read } from "../server.js";
import { store } from "../store.js";
import { openCashSlip } from "./cash_slip.js";
import { openDetail } from "./detail.js";
import { refresh } from "./fresh.js";
import { moved } from "./refund.js";
import { thaw } from "./order.js";
import { may } from "../place.js";
import { asking, tell, tellKey } from "./saying.js";
import { own } from "./own.js";
import { proofOf } from "./secret.js";

const LIST_MAX = 100;

const NEEDS_WHY = new Set(["release", "close", "cancel", "cash", "bank", "hold", "complain", "decline", "thaw"]);
// The shop pays: the wallet's refund stays closed, a row of its own and a slip stand beside it.
const BY_HAND = new Set(["cash", "bank"]);
const PERMISSIONS = { release: "refund.release", thaw: "refund.release", close: "refund.close", cash: "refund.cash", bank: "refund.cash", answer: "refund.approve", end: "refund.approve" };

export function needsWhy(what) {
  return NEEDS_WHY.has(what);
}

/** Does a second person have to prove himself? Always to approve; else where the clerk may not alone. */
export function needsSecond(state, what) {
  if (what === "approve" || what === "decline" || state.dialog?.second) return true;
  return what in PERMISSIONS && !may(state, PERMISSIONS[what]);
}

export function rows(state) {
  if (state.screen === "queue") return [...state.queue.approvals, ...state.queue.held, ...state.queue.open];
  if (state.screen === "training") return state.training.exercises;
  return state.screen === "refunds" ? state.refunds ?? [] : [];
}

export async function openQueue() {
  store.set({ screen: "queue", picked: 0, detail: null, message: null });
  await refresh();
}

export async function openRefunds() {
  store.set({ screen: "refunds", picked: 0, detail: null, message: null });
  await search();
}

export async function search() {
  const { query, openOnly } = store.get();
  const asked = new URLSearchParams({ q: query, limit: LIST_MAX, ...(openOnly ? { open: 1 } : {}) });
  const refunds = await asking(() => read(`/desk/refunds?${asked}`));
  if (refunds) store.set({ refunds, picked: Math.min(store.get().picked, Math.max(0, refunds.length - 1)) });
}

export function toggleOpenOnly() {
  store.set({ openOnly: !store.get().openOnly, picked: 0 });
  return search();
}

export function pick(step) {
  const state = store.get();
  const count = state.orders.length || rows(state).length;
  if (count > 0) store.set({ picked: (state.picked + step + count) % count });
}

export function openPicked() {
  const row = rows(store.get())[store.get().picked];
  return row ? openDetail(row.refund_id) : null;
}

export function closeDetail() {
  return openRefunds();
}

/** Ask the wallet now, or put the question that the decision needs. */
export function decide(what) {
  const { receipt, detail, screen } = store.get();
  const about = screen === "detail" ? detail : receipt;
  if (!about?.refund_id) return null;
  if (!needsSecond(store.get(), what) && !needsWhy(what)) return decided(about.refund_id, what, "", null);
  return store.set({ message: null, dialog: { kind: "decide", what, refundId: about.refund_id, approver: null } });
}

/** The question is answered: send the decision. */
export async function submitDecision() {
  const { dialog } = store.get();
  const why = own("why");
  if (needsWhy(dialog.what) && !why) return tellKey("warn", "page.decide.why_missing");
  const approval = needsSecond(store.get(), dialog.what) ? proofOf(dialog) : null;
  if (approval === undefined) return null;
  const done = dialog.what === "thaw" ? await thaw(why, approval) : await decided(dialog.refundId, dialog.what, why, approval, ofBank(dialog.what));
  if (done) store.set({ dialog: null });
  if (done && BY_HAND.has(dialog.what)) return openCashSlip(store.get().detail?.refund_id ?? dialog.refundId);
  return null;
}

async function complained(noted) {
  const shown = store.get().screen === "detail" ? openDetail(noted.refund_id) : null;
  await Promise.all([shown, refresh()]);
  tellKey("good", "page.complaint.noted", { due: noted.due });
  return true;
}

/** What a bank transfer is written down with; it goes the road of cash. */
function ofBank(what) {
  return what === "bank" ? { method: "bank", bank_reference: own("bank_reference"), account_last4: own("account_last4") } : {};
}

async function decided(refundId, what, why, approval, more = {}) {
  const asked = { why, approval, ...more };
  const road = what === "bank" ? "cash" : what;
  const receipt = await asking(() => change(`/desk/refunds/${encodeURIComponent(refundId)}/${road}`, asked));
  if (!receipt) return false;
  if (what === "complain") return complained(receipt);
  moved(receipt);
  tell(receipt.tone === "bad" ? "warn" : "good", receipt.say_clerk);
  await refresh();
  if (store.get().screen === "detail") await openDetail(BY_HAND.has(what) ? receipt.refund_id : refundId);
  return true;
}
