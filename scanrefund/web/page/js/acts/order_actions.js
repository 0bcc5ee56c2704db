// What people decide about an order as a whole: asked for back, let in again, cancelled, its price lowered, put on
// hold.

import { store } from "../store.js";
import { may, pays } from "../place.js";
import { fenOf } from "../words.js";
import { openOrder } from "./order.js";
import { own } from "./own.js";
import { proofOf } from "./secret.js";
import { showResult, untilAnswered } from "./refund.js";
import { asking, tell, tellKey } from "./saying.js";

const PERMISSIONS = { release: "order.release", extend: "order.release", cancel: "order.cancel", adjust: "order.adjust", hold: "refund.create" };
/** Each has its own digit, whatever else is offered: a hand learns it once. */
export const DIGITS = { release: "1", cancel: "2", adjust: "3", hold: "4", extend: "5" };
// What comes so soon after a code may be the scanner's own Enter, heard late.
const SETTLED_MS = 400;
const NEW = { kind: "order", approver: null, oldText: "", newText: "", days: "1", unknownThere: false, needsApproval: false, busy: false };

/** What may be done with the order on the page: whoever serves here may ask a second person for it. */
export function offered(state) {
  return (state.order?.may ?? []).filter((what) => may(state, PERMISSIONS[what]) || may(state, "refund.create"));
}

/** Does a second person have to prove himself? */
export function needsSecond(state) {
  return Boolean(state.dialog.second) || !may(state, PERMISSIONS[state.dialog.what]);
}

/** What the customer gets back, in fen; null while that is not told. */
export function paysBack(state) {
  if (state.dialog.what === "cancel") return state.order.remaining_fen;
  const [was, is] = [fenOf(state.dialog.oldText), fenOf(state.dialog.newText)];
  return was && is && is < was ? was - is : null;
}

/** One of them by its name; without one, the list of them all. */
export function openOrderAction(what = null) {
  const choices = offered(store.get());
  if (store.get().sending || (what ? !choices.includes(what) : choices.length === 0)) return tellKey("warn", "page.order_action.none");
  return store.set({ message: null, dialog: { ...NEW, what } });
}

export function setOrderAction(patch) {
  const { dialog } = store.get();
  if (dialog?.kind === "order") store.set({ dialog: { ...dialog, ...patch } });
}

/** Put the question away; not while the answer is on its way. */
export function leaveOrderAction() {
  if (store.get().dialog.busy) return tellKey("none", "page.order_action.pressed_again");
  return store.set({ dialog: null });
}

/** The question is answered: send the decision, once. */
export async function submitOrderAction(queue = false) {
  const { dialog } = store.get();
  if (!dialog.what) return null;
  if (dialog.busy) return tellKey("none", "page.order_action.pressed_again");
  if (pays(store.get()) && performance.now() - store.get().readAt < SETTLED_MS) return null;
  const asked = bodyOf(store.get(), queue);
  if (asked === null) return null;
  if (typeof asked === "string") return tellKey("warn", asked);
  // What was said of the answer before is not said of this one.
  store.set({ message: null });
  setOrderAction({ busy: true });
  const told = await asking(() => untilAnswered(`/desk/orders/${dialog.what}`, asked));
  setOrderAction({ busy: false });
  return told ? answered(dialog.what, told) : null;
}

// What is sent, or the key of the sentence that says what is missing; null where that was told already.
function bodyOf(state, queue) {
  const { dialog, order } = state;
  const why = own("why");
  if (!why) return "page.decide.why_missing";
  if (dialog.what === "adjust" && paysBack(state) === null) return "page.order_action.amounts_missing";
  if (dialog.what === "extend" && !/^\d{1,2}$/.test(dialog.days)) return "page.order_action.days_missing";
  const approval = needsSecond(state) && !queue ? proofOf(dialog) : null;
  if (approval === undefined) return null;
  return { order_id: order.order_id, why, approval, ...ofItsOwn(state, queue) };
}

function ofItsOwn({ dialog, reading }, queue) {
  if (dialog.what === "extend") return { days: Number(dialog.days) };
  if (!["cancel", "adjust"].includes(dialog.what)) return {};
  const notAtWallet = document.querySelector("[data-own='not-at-wallet']")?.checked ?? false;
  const money = dialog.what === "adjust" ? { old_fen: fenOf(dialog.oldText), new_fen: fenOf(dialog.newText) } : { not_at_wallet: notAtWallet };
  return { ...money, reading_id: reading?.id ?? null, queue };
}

function answered(what, { order, receipt }) {
  if (receipt?.state === null && /^(needs_approval|approval_)/.test(receipt.reason ?? "")) {
    setOrderAction({ second: true, needsApproval: true });
    return tell("bad", receipt.say_clerk);
  }
  store.set({ dialog: null, message: null });
  if (receipt) return showResult(receipt);
  openOrder(order);
  return tellKey("good", `page.order_action.${what}_done`);
}
