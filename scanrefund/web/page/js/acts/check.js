// The dry run of the rules: asked again after each change, binding nothing.

import { change } from "../server.js";
import { amountOf, noes, stepOf } from "../place.js";
import { store } from "../store.js";
import { freshOrder } from "./fresh.js";
import { asking, tell, tellKey } from "./saying.js";

const SETTLE_MS = 120;

let checkTimer = 0;
let checkNumber = 0;

/** Everything anew: the wallet's word on the order, then every rule. */
export async function checkAgain() {
  if (!store.get().order || store.get().sending) return;
  store.set({ checking: true });
  await freshOrder();
  await check((checkNumber += 1));
  tellKey("none", "page.recheck.done");
}

/** Ask which rules say what, once the typing has settled. Binds nothing. */
export function recheck() {
  clearTimeout(checkTimer);
  checkNumber += 1;
  const mine = checkNumber;
  store.set({ checking: true });
  checkTimer = setTimeout(() => check(mine), SETTLE_MS);
}

async function check(mine) {
  const state = store.get();
  const amount = amountOf(state);
  if (!state.order || amount === null) return store.set({ check: null, checking: false });
  const asked = { order_id: state.order.order_id, amount_fen: amount, reason: state.reason, reading_id: state.reading?.id ?? null };
  const told = await asking(() => change("/desk/check", asked));
  if (mine !== checkNumber) return null;
  store.set({ check: told, checking: false });
  const wrong = noes(told).find((rung) => rung.reason !== "needs_approval");
  if (wrong && stepOf(store.get()) === "confirm") tell("bad", wrong.say);
  return null;
}
