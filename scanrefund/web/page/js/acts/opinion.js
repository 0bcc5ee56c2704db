// What the customer ticks after the result: good, or bad and why.

import { change } from "../server.js";
import { store } from "../store.js";
import { asking } from "./saying.js";

/** `bad` alone asks why; every other word is sent. */
export async function opinion(word) {
  const { receipt } = store.get();
  if (!receipt?.refund_id) return;
  const refundId = receipt.refund_id;
  if (word === "bad") return void store.set({ opinion: { refundId, word } });
  const asked = word === "good" ? { good: true } : { good: false, dislike: word };
  const told = await asking(() => change(`/desk/refunds/${encodeURIComponent(refundId)}/opinion`, asked));
  if (told) store.set({ opinion: { refundId, word: "given" } });
}
