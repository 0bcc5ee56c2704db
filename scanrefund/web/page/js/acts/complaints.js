// A complaint in a refund's details: read, answered, ended.

import { change, read, Refused } from "../server.js";
import { store } from "../store.js";
import { openDetail } from "./detail.js";
import { refresh } from "./fresh.js";
import { needsSecond } from "./lists.js";
import { own } from "./own.js";
import { asking, tellKey } from "./saying.js";
import { proofOf } from "./secret.js";

const pathOf = (number) => `/desk/complaints/${number}`;

/** Show it with its words, where this person may read them, and ask for the answer. */
export async function openComplaint(number) {
  const found = store.get().detail?.complaints?.find((one) => one.number === Number(number));
  if (!found) return;
  const told = await asking(() => read(pathOf(found.number)).catch((wrong) => withoutWords(wrong, found)));
  if (told) store.set({ message: null, dialog: { kind: "complaint", complaint: told, approver: null } });
}

// Whoever may not read what was said may still call somebody who answers it.
function withoutWords(wrong, found) {
  if (wrong instanceof Refused && wrong.told.fault === "not_permitted") return { ...found, closed: true };
  throw wrong;
}

/** The one to see to next: what waits, then what was answered and is not ended. */
export function nextOf(complaints = []) {
  return complaints.find((one) => !one.answered_at && !one.ended_at) ?? complaints.find((one) => !one.ended_at);
}

/** Enter: write the answer down; what is answered is ended. */
export function settleComplaint() {
  const { complaint } = store.get().dialog;
  if (complaint.ended_at) return store.set({ dialog: null });
  return complaint.answered_at ? endComplaint() : answerComplaint();
}

function answerComplaint() {
  const why = own("why");
  return why ? settled("answer", { why }) : tellKey("warn", "page.complaint.answer_missing");
}

export function endComplaint() {
  return settled("end", {});
}

async function settled(what, asked) {
  const { dialog } = store.get();
  const approval = needsSecond(store.get(), what) ? proofOf(dialog) : null;
  if (approval === undefined) return;
  const told = await asking(() => change(`${pathOf(dialog.complaint.number)}/${what}`, { ...asked, approval }));
  if (!told) return;
  store.set({ dialog: null });
  await Promise.all([openDetail(told.refund_id), refresh()]);
  tellKey("good", `page.complaint.${what}_done`);
}
