// The slip of a refund that was paid by hand: both sides sign it.

import { change, read } from "../server.js";
import { store } from "../store.js";
import { asking, tell } from "./saying.js";

let printing = false;

const pathOf = (refundId) => `/desk/refunds/${encodeURIComponent(refundId)}/cash-slip`;

/** Show it as it would be printed now. */
export async function openCashSlip(refundId) {
  const told = await asking(() => read(pathOf(refundId)));
  if (told) store.set({ dialog: { kind: "cashslip", ...told, refundId: told.refund_id } });
}

/** On the counter's printer, or where there is none on the browser's; each further print is a copy. */
export async function printCashSlip() {
  const { dialog } = store.get();
  if (printing) return;
  printing = true;
  try {
    const told = await asking(() => change(pathOf(dialog.refundId)));
    if (!told) return;
    store.set({ dialog: { ...dialog, ...told } });
    tell("good", told.say);
    if (!told.printer) requestAnimationFrame(() => print());
  } finally {
    printing = false;
  }
}
