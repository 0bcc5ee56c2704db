// Many waiting refunds approved at once: marked, their sum shown, one person proves himself, each gets its line.

import { change } from "../server.js";
import { store } from "../store.js";
import { refresh } from "./fresh.js";
import { proofOf } from "./secret.js";
import { asking, tellKey } from "./saying.js";

const ROUND_MAX = 50;

/** What is marked and still waits. */
export function marked(state) {
  return state.queue.approvals.filter((one) => state.marked.includes(one.refund_id));
}

export function sumOf(found) {
  return found.reduce((sum, one) => sum + one.amount_fen, 0);
}

/** Mark a refund or take its mark away; without a number the one that the arrows point at. */
export function mark(refundId) {
  const state = store.get();
  const wanted = refundId ?? state.queue.approvals[state.picked]?.refund_id;
  if (!wanted) return tellKey("warn", "page.round.only_approvals");
  const rest = state.marked.filter((one) => one !== wanted);
  return keep(rest.length < state.marked.length ? rest : [...rest, wanted]);
}

/** All of them; when all are marked, none. */
export function markAll() {
  const { queue, marked: before } = store.get();
  const all = queue.approvals.map((one) => one.refund_id);
  return keep(all.every((one) => before.includes(one)) ? [] : all);
}

function keep(wanted) {
  const waiting = store.get().queue.approvals.map((one) => one.refund_id);
  const there = wanted.filter((one) => waiting.includes(one));
  if (there.length > ROUND_MAX) tellKey("warn", "page.round.too_many", { n: ROUND_MAX });
  store.set({ marked: there.slice(0, ROUND_MAX) });
}

/** The question: these refunds, this sum, who? What is shown here is what is sent. */
export function openRound() {
  const items = marked(store.get());
  if (items.length > 0) store.set({ message: null, dialog: { kind: "round", items, approver: null } });
}

export async function approveRound() {
  const { dialog } = store.get();
  const approval = proofOf(dialog);
  if (!approval) return null;
  const refunds = dialog.items.map(({ refund_id, amount_fen }) => ({ refund_id, amount_fen }));
  const told = await asking(() => change("/desk/queue/approve", { refunds, total_fen: sumOf(dialog.items), approval }));
  if (!told) return null;
  store.set({ marked: [], message: null, dialog: { kind: "rounded", items: dialog.items, told } });
  return refresh();
}
