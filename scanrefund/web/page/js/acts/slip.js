// The customer's slip. A printer in trouble is told, and the refund on the page stays as it is.

import { openCashSlip } from "./cash_slip.js";
import { change } from "../server.js";
import { store } from "../store.js";
import { asking, tell } from "./saying.js";

let printing = false;

/** Print the slip of the refund that is looked at; pressed again while the printer works, nothing more is printed. */
export async function printSlip() {
  const { receipt, detail, screen } = store.get();
  const shown = screen === "refund" ? receipt : detail;
  if (!shown?.refund_id || printing) return;
  if (shown.state === "PAID_OTHER_WAY") return void openCashSlip(shown.refund_id);
  printing = true;
  try {
    const told = await asking(() => change(`/desk/refunds/${encodeURIComponent(shown.refund_id)}/print`));
    if (told) tell("good", told.say);
  } finally {
    printing = false;
  }
}
