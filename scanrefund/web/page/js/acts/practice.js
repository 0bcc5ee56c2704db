// The counter as the practice counter, and back: asked for here, done by the program, and waited for.

import { change, keepToken, read } from "../server.js";
import { store } from "../store.js";
import { may, others } from "../place.js";
import { speaker } from "../words.js";
import { proofOf } from "./secret.js";
import { asking, tell, tellKey } from "./saying.js";

const PERMISSION = "training.open";
const LOOK_MS = 1000;
// The first time two wallets are made for it.
const LOOKS_MAX = 120;

/** Whether the counter that is open here is the practice counter. */
export function practises(state) {
  return Boolean(state.start?.training);
}

/** Is there a way to the other one, for whoever sits here? */
export function hasDoor(state) {
  if (!state.start?.practice_door) return false;
  return practises(state) || may(state, PERMISSION) || may(state, "refund.create");
}

/** Who may be asked for it: in training the people of the shop, by their real PIN. */
export function deciders(state) {
  return practises(state) ? state.start.training.leave : others(state);
}

/** Does somebody have to prove himself? Nobody of the training may end it. */
export function needsProof(state) {
  return practises(state) || !may(state, PERMISSION) || Boolean(state.dialog.second);
}

export function openPractice() {
  const { sending, order, receipt } = store.get();
  if (sending || (order && !receipt && !practises(store.get()))) return tellKey("warn", "page.practice.work_open");
  return store.set({ message: null, dialog: { kind: "practice", approver: null, busy: false } });
}

export function leavePractice() {
  if (!store.get().dialog.busy) store.set({ dialog: null });
}

export async function submitPractice() {
  const state = store.get();
  if (state.dialog.busy) return tellKey("none", "page.practice.waiting");
  const proof = needsProof(state) ? proofOf(state.dialog) : null;
  if (proof === undefined) return null;
  const training = practises(state);
  const told = await asking(() => (training ? change("/desk/training/leave", proof) : change("/desk/training/open", { approval: proof })));
  if (!told) return null;
  store.set({ dialog: { ...store.get().dialog, busy: true } });
  tellKey("none", "page.practice.waiting");
  return untilTurned(training);
}

// Both are served at this address, one after the other: in between nobody answers.
async function untilTurned(before) {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    const start = await read("/desk/start").catch(() => null);
    if (start && Boolean(start.training) !== before) return location.reload();
    if (start?.practice_trouble) return keptShut(start);
  }
  store.set({ dialog: null });
  return tellKey("bad", "page.lost.text");
}

function keptShut(start) {
  keepToken(start.csrf);
  store.set({ start, signedIn: start.signed_in, locked: start.locked, dialog: null });
  tell("bad", `${speaker(store.get())("page.practice.shut")} ${start.practice_trouble}`);
}
