// Who stands at the counter: first start, sign-in, lock. A PIN is read from its field, sent, and forgotten.

import { change, keepToken, read, Refused } from "../server.js";
import { play } from "../sound.js";
import { NO_WORK, store } from "../store.js";
import { speaker } from "../words.js";
import { own } from "./own.js";
import { asking, standAgain, tellKey } from "./saying.js";
import { refresh } from "./fresh.js";
import { takeSecret } from "./secret.js";

const STRANGER = new Set(["not_signed_in", "csrf_wrong"]);

/** The names for the sign-in screen, and for who approves at the till. */
export async function loadStaff() {
  const staff = await asking(() => read("/desk/staff"));
  if (staff) store.set({ staff });
}

export async function makeOwner() {
  const name = own("owner-name");
  const [pin, again] = [takeSecret("owner-pin"), takeSecret("owner-again")];
  if (pin !== again) return said("page.owner.differ");
  await enter(() => change("/desk/owner", { name, pin }));
  return loadStaff();
}

export function choosePerson(staffId) {
  store.set({ chosen: staffId, signInSaid: null, lockedUntil: null });
}

/** A badge names somebody: at the door, or where a second person is asked for. The PIN is still asked. */
export async function badge(text) {
  const { signedIn, locked, approving, dialog } = store.get();
  const wanted = !signedIn || approving || ["decide", "complaint", "order", "practice", "round", "sign_day"].includes(dialog?.kind);
  if (locked || !wanted) return tellKey("warn", "page.badge.not_now");
  const told = await asking(() => change("/desk/badge", { text }));
  if (!told) return !signedIn ? store.set({ signInSaid: store.get().message?.text ?? null }) : null;
  if (dialog) return store.set({ dialog: { ...dialog, approver: told.staff_id } });
  return signedIn ? store.set({ chosen: told.staff_id }) : choosePerson(told.staff_id);
}

export function someoneElse() {
  store.set({ chosen: null, signInSaid: null, lockedUntil: null });
}

export async function signIn() {
  const { chosen } = store.get();
  if (!chosen) return;
  const pin = takeSecret("pin");
  await enter(() => change("/desk/sign-in", { staff_id: chosen, pin }));
}

/** The same person is back; to a program that was started again meanwhile he comes in by the door. */
export async function unlock() {
  const { staff_id } = store.get().signedIn;
  const pin = takeSecret("pin");
  await enter(() => change("/desk/unlock", { pin }), () => {
    choosePerson(staff_id);
    return change("/desk/sign-in", { staff_id, pin });
  });
}

// A program that was started again does not know this page: it is greeted anew, and asked once more.
async function heard(call, anew) {
  try {
    return await call();
  } catch (wrong) {
    const unknown = wrong instanceof Refused && STRANGER.has(wrong.told.fault);
    if (!unknown || !(await standAgain())) throw wrong;
    return anew();
  }
}

async function enter(call, anew = call) {
  try {
    const told = await heard(call, anew);
    keepToken(told.csrf);
    entered(told.signed_in);
  } catch (wrong) {
    if (!(wrong instanceof Refused)) return asking(() => Promise.reject(wrong));
    play("bad", store.get().muted);
    const { say, fault, locked_until: until } = wrong.told;
    store.set({ signInSaid: say ?? fault, lockedUntil: until ?? null });
  }
  return null;
}

export function entered(person) {
  const { workBy, start } = store.get();
  // Somebody else's unfinished work is not taken over.
  const work = workBy === person.staff_id ? {} : NO_WORK;
  store.set({
    ...work, workBy: person.staff_id, signedIn: person, locked: false, chosen: null, signInSaid: null, lockedUntil: null,
    message: null, start: { ...start, needs_owner: false },
  });
  refresh();
}

function said(key) {
  play("bad", store.get().muted);
  store.set({ signInSaid: speaker(store.get())(key) });
}

/** Lock, because the clerk asked or has been away. The work stays. */
export async function lock() {
  const { signedIn, locked } = store.get();
  if (!signedIn || locked) return;
  store.set({ locked: true, customer: null, help: false, signInSaid: null });
  await asking(() => change("/desk/lock"));
}

export async function signOut() {
  if (store.get().sending) return tellKey("warn", "page.scan.sending");
  await asking(() => change("/desk/sign-out"));
  store.set({ ...NO_WORK, signedIn: null, locked: false, chosen: null, dialog: null, screen: "refund", signInSaid: null });
  const start = await asking(() => read("/desk/start"));
  if (start) keepToken(start.csrf);
  return loadStaff();
}
