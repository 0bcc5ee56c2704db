// The refund itself: amount, reason, the dry run of the rules, and the one call that sends.

import { change, Lost } from "../server.js";
import { play } from "../sound.js";
import { store } from "../store.js";
import { amountOf, blockedBy, noes } from "../place.js";
import { halfWidth, plainYuan, speaker, yuan } from "../words.js";
import { say } from "../voice.js";
import { toneOf } from "../views/pieces.js";
import { recheck } from "./check.js";
import { freshOrder } from "./fresh.js";
import { asking, tell, tellKey } from "./saying.js";
import { forgetWish, wishId } from "./wish.js";

const AGAIN_MS = 2000;
// Three minutes of asking again; by then a person has seen that the program is gone.
const TRIES_MAX = 90;

/** A part of the rest by one press: half of it, an item, the amount of the refund before. */
export function quickAmount(fen) {
  const { order } = store.get();
  if (order?.may_refund) setAmount(plainYuan(Math.min(Number(fen), order.remaining_fen)));
}

export function setAmount(text) {
  store.set({ amountText: halfWidth(text).replace(/[^0-9.]/g, "").slice(0, 11), typed: "", agreed: false });
  recheck();
}

export function maximum() {
  const { order, receipt } = store.get();
  if (!order) return;
  if (receipt?.state === null) store.set({ receipt: null });
  setAmount(plainYuan(order.remaining_fen));
  tellKey("good", "page.amount.is_maximum");
}

export function takeAmount() {
  const amount = amountOf(store.get());
  if (!amount) return tellKey("bad", "page.amount.none");
  store.set({ amountTaken: true });
  return tellKey("none", "page.reason.press");
}

/** A reason by its digit or code; the way back is returned, for a digit that turns out to begin a scan. */
export function chooseReason(code) {
  const { reason, message, amountTaken } = store.get();
  store.set({ reason: code, amountTaken: true, message: null });
  recheck();
  return () => {
    store.set({ reason, message, amountTaken });
    recheck();
  };
}

/** The second flow: no living code, so that the desk asks for the right to do without. */
export function withoutCode() {
  if (!store.get().order) return;
  store.set({ noCode: true, reading: null });
  tellKey("warn", "page.code.without_said");
  recheck();
}

/** The code on the page grew too old: another one is asked for, the order stays. */
export function codeAgedOut() {
  if (store.get().sending || store.get().receipt) return;
  store.set({ reading: null });
  tellKey("bad", "page.code.expired");
  recheck();
}

/** Enter on the confirm card. */
export function confirm() {
  const state = store.get();
  const blocked = blockedBy(state);
  if (!state.check && !state.checking) recheck();
  if (blocked === "checking") return tellKey("none", "page.check.running");
  if (blocked === "typed") return tellKey("warn", "page.confirm.type_again");
  if (blocked === "rules") {
    recheck();
    return tell("bad", noes(state.check)[0].say);
  }
  if (state.check.needs_approval) return store.set({ approving: true });
  return send({ approval: null, queue: false });
}

/** Send it; pressed again while on its way, nothing more is sent, and that is said. */
export async function send({ approval, queue }) {
  const state = store.get();
  if (state.sending) return pressedAgain();
  const wish = wishOf(state, approval, queue);
  store.set({ sending: true, approving: false, repeated: 0, customer: null, message: null });
  try {
    answered(await untilAnswered("/desk/refund", wish));
  } catch (wrong) {
    store.set({ sending: false });
    await asking(() => Promise.reject(wrong));
  }
}

export function pressedAgain() {
  store.set({ repeated: store.get().repeated + 1 });
}

function wishOf(state, approval, queue) {
  const amount = amountOf(state);
  return {
    request_id: wishId(state.order.order_id, amount, state.reason, state.note),
    order_id: state.order.order_id,
    amount_fen: amount,
    reason: state.reason,
    note: state.note,
    contact: state.contact || null,
    applicant: state.applicant || null,
    reading_id: state.reading?.id ?? null,
    approval,
    queue,
    customer_agreed: state.agreed,
  };
}

/** A lost call may have been heard: it is asked again with the same contents, which the desk serves once. */
export async function untilAnswered(path, wish) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await change(path, wish);
    } catch (wrong) {
      if (!(wrong instanceof Lost) || tries >= TRIES_MAX) throw wrong;
      store.set({ lost: true });
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

function answered(receipt) {
  // After a refusal the same wish goes on under the same number: an approval that was given is still good for it.
  if (receipt.state !== null) forgetWish();
  store.set({ sending: false, lost: false });
  if (receipt.state === null && /^(needs_approval|approval_)/.test(receipt.reason ?? "")) {
    store.set({ approving: true });
    return tell("bad", receipt.say_clerk);
  }
  return showResult(receipt);
}

/** The result card: one colour, one sentence, one next step, a sound. */
export function showResult(receipt) {
  const { reading } = store.get();
  // A code that was sent with a refund is spent; one that our rules refused may still be good.
  store.set({ receipt, reading: receipt.state === null ? reading : null, check: null });
  store.set({ lastAmount: receipt.state === null ? store.get().lastAmount : receipt.amount_fen });
  play(receipt.tone, store.get().muted);
  speakOf(receipt);
  return freshOrder();
}

/** A refund moved: the result on the page follows it, with its own sound. */
export function moved(receipt) {
  const { receipt: shown, detail, muted } = store.get();
  if (detail?.refund_id === receipt.refund_id) store.set({ detail: { ...detail, ...receipt } });
  if (!shown || shown.refund_id !== receipt.refund_id) return;
  store.set({ receipt: { ...receipt, served_again: shown.served_again } });
  if (shown.tone === receipt.tone) return;
  play(receipt.tone, muted);
  speakOf(receipt);
}

function speakOf(receipt) {
  const state = store.get();
  say(speaker(state)(`page.voice.${toneOf(receipt)}`, { amount: yuan(receipt.amount_fen) }), state);
}

