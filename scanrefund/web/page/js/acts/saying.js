// How an act tells people what happened: a message, a tone, and what a failed call means.

import { change, keepToken, Lost, read, Refused } from "../server.js";
import { play } from "../sound.js";
import { store } from "../store.js";
import { speaker } from "../words.js";

const TUNE_OF = { good: "scan", warn: "warn", bad: "bad", none: null };

/** A line under the scan box, read out to who cannot see it, with its tone. */
export function tell(tone, text, tune = TUNE_OF[tone]) {
  const { message, muted } = store.get();
  store.set({ message: text ? { tone, text, count: (message?.count ?? 0) + 1 } : null });
  if (tune) play(tune, muted);
}

/** The same by the catalogue's key. */
export function tellKey(tone, key, gaps) {
  tell(tone, speaker(store.get())(key, gaps));
}

/** Run a call to the program; what it refused or lost is told, and null is the answer. */
export async function asking(call) {
  try {
    const told = await call();
    if (store.get().lost) store.set({ lost: false });
    return told;
  } catch (wrong) {
    failed(wrong);
    return null;
  }
}

function failed(wrong) {
  if (wrong instanceof Lost) {
    store.set({ lost: true });
    tellKey("bad", "page.lost.text");
  } else if (wrong instanceof Refused) {
    WHAT_FAULTS_MEAN[wrong.told.fault]?.();
    tell("bad", wrong.told.say ?? wrong.told.fault);
  } else throw wrong;
}

// Where a fault is more than its sentence. A program that was started again no longer knows this sign-in: the
// work is kept, and the PIN is asked for again.
const WHAT_FAULTS_MEAN = {
  page_locked: () => store.set({ locked: true }),
  not_signed_in: standAgain,
  csrf_wrong: standAgain,
  reading_gone: () => store.set({ reading: null }),
  approval_needed: secondPerson,
  approver_is_clerk: secondPerson,
  own_refund: secondPerson,
  close_not_found: () => store.set({ dialog: { ...store.get().dialog, unknownThere: true } }),
};

/** Who the program says sits here, with a fresh token; false when it does not answer. */
export async function standAgain() {
  const start = await read("/desk/start").catch(() => null);
  if (!start) return false;
  keepToken(start.csrf);
  // The counter turned into the practice counter, or back: nothing of the one is anything in the other.
  if (store.get().start && Boolean(start.training) !== Boolean(store.get().start.training)) return void location.reload();
  const staff = await read("/desk/staff").catch(() => store.get().staff);
  store.set({ start: await spoken(start), staff, signedIn: start.signed_in, locked: start.locked, sending: false, lost: false });
  return true;
}

// A program that was started again speaks the shop's language until it is told this page's.
async function spoken(start) {
  const { language } = store.get();
  if (start.language === language) return start;
  await change("/desk/language", { language }).catch(() => null);
  return read("/desk/start").catch(() => start);
}

function secondPerson() {
  const { dialog } = store.get();
  if (dialog) store.set({ dialog: { ...dialog, second: true } });
}
