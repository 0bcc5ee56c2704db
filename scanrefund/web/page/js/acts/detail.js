// One refund with its time line.

import { read } from "../server.js";
import { store } from "../store.js";
import { asking } from "./saying.js";

export async function openDetail(refundId) {
  const detail = await asking(() => read(`/desk/refunds/${encodeURIComponent(refundId)}`));
  // What was said of another screen is not said of this refund.
  const { screen, message } = store.get();
  if (detail) store.set({ detail, screen: "detail", message: screen === "detail" ? message : null });
}

/** Why it stands where it stands: the wallet is asked about the order again. */
export async function openDiagnosis() {
  const { detail } = store.get();
  const told = await asking(() => read(`/desk/refunds/${encodeURIComponent(detail.refund_id)}/diagnosis`));
  if (told && store.get().detail?.refund_id === told.refund_id) store.set({ detail: told });
}
