// From whatever was scanned to an order on the page.

import { change } from "../server.js";
import { NO_WORK, store } from "../store.js";
import { pays, stepOf } from "../place.js";
import { halfWidth, plainYuan } from "../words.js";
import { recheck } from "./check.js";
import { openDetail } from "./detail.js";
import { badge } from "./people.js";
import { asking, tell, tellKey } from "./saying.js";

const CODE_KIND = "payment_code";
const ALIKE_CODE = /^(1[0-5]|2[5-9]|30)/;
const TELLING_LENGTH = 6;
const BADGE = /^SRB-[A-Z2-7]{24}$/i;

/** Digits that look like a payment code are drawn as dots while they stand in the scan box. */
export function hush(text) {
  const plain = halfWidth(text);
  const hushed = plain.length > TELLING_LENGTH && ALIKE_CODE.test(plain);
  if (hushed !== store.get().hushed) store.set({ hushed });
}

/** Everything the scanner, the keyboard or the clipboard gives comes through here. */
export async function scan(text, typed) {
  hush("");
  const plain = halfWidth(text);
  if (BADGE.test(plain)) return void badge(plain);
  if (!listening()) return;
  if (plain) await take(() => change("/desk/scan", { text: plain, typed }));
}

/** A picture file that was dropped or pasted. */
export async function picture(file) {
  if (!listening()) return;
  const data = await base64(file);
  await take(() => change("/desk/picture", { name: file.name, data_base64: data }));
}

async function take(call) {
  const answer = await asking(call);
  if (answer) shown(answer);
}

// A scan in the middle of a question is refused aloud, never dropped in silence.
function listening() {
  const { dialog, help, sending, approving, signedIn, locked } = store.get();
  if (signedIn && !locked && (!dialog || takesCode()) && !help && !sending && !approving) return true;
  tellKey("warn", sending ? "page.scan.sending" : "page.scan.not_now");
  return false;
}

/** A decision that pays money back listens for the customer's code, and for nothing else. */
export function takesCode() {
  const state = store.get();
  return state.dialog?.kind === "order" && !state.dialog.busy && pays(state);
}

/** What a scan, a picture or the camera turned out to be. */
export function shown(answer) {
  const { order, reading } = store.get();
  if (store.get().sending) return;
  if (store.get().dialog && answer.reading?.kind !== CODE_KIND) return void tellKey("warn", "page.scan.not_now");
  tell(answer.tone, answer.say);
  if (answer.refund) openDetail(answer.refund.refund_id);
  else if (answer.order) openOrder(answer.order);
  else if (answer.orders.length > 0) store.set({ ...NO_WORK, screen: "refund", orders: answer.orders, picked: 0 });
  // Two codes in view, or one that was not read for certain, is told but not taken.
  if (answer.reading?.kind !== CODE_KIND || answer.tone !== "good") return;
  if (store.get().receipt) backToOrder();
  store.set({ reading: answer.reading, readAt: performance.now(), noCode: false, screen: "refund" });
  if (!order && !reading && !answer.order) tellKey("good", "page.scan.code_first");
  recheck();
}

/** Put an order on the page; a code that is still fresh stays. */
export function openOrder(order) {
  const before = store.get();
  const reading = before.receipt ? null : before.reading;
  const amountText = order.may_refund ? plainYuan(order.remaining_fen) : "";
  store.set({ ...NO_WORK, order, amountText, reading, screen: "refund", customer: null });
  if (before.order && before.order.order_id !== order.order_id && !before.receipt) {
    tellKey("warn", "page.order.changed", { order_id: order.order_id });
  }
  recheck();
}

/** One of several orders that fit. */
export function chooseOrder(number) {
  const order = store.get().orders[number];
  if (order) openOrder(order);
}

/** After a refusal: the order stays, what was wrong goes. */
export function backToOrder() {
  const { receipt } = store.get();
  if (receipt?.state) return reset();
  const stale = /^(code|not_a|codes|picture|wallet_mismatch|payer|order_changed)/.test(receipt?.reason ?? "");
  const gone = /^(amount_|reason_)/.test(receipt?.reason ?? "");
  store.set({ receipt: null, approving: false, check: null, ...(stale ? { reading: null } : {}), ...(gone ? { amountTaken: false } : {}) });
  return recheck();
}

/** The next customer. */
export function reset() {
  store.set({ ...NO_WORK, screen: "refund", message: null, customer: null, dialog: null });
}

/** One step back; from the first step on, the order is put away. */
export function stepBack() {
  const step = stepOf(store.get());
  if (step === "confirm") store.set({ reading: null, noCode: false, typed: "", check: null });
  else if (step === "code") store.set({ reason: null, amountTaken: false });
  else reset();
}

/** A person has looked at what froze the order. */
export async function thaw(why, approval) {
  const { order } = store.get();
  const told = await asking(() => change("/desk/orders/thaw", { order_id: order.order_id, why, approval }));
  if (told) openOrder(told.order);
  return told !== null;
}

function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
