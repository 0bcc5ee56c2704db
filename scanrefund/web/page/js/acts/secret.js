// A secret is read from its field, sent, and forgotten: it stands in no state of the page.

import { store } from "../store.js";
import { tellKey } from "./saying.js";

/** What stood in a secret field; the field is empty afterwards. */
export function takeSecret(name) {
  const field = document.querySelector(`[data-secret="${name}"]`);
  const secret = field?.value.normalize("NFKC").trim() ?? "";
  if (field) field.value = "";
  return secret;
}

/** Who was chosen in a question, with what proves him; undefined, which is told, while either is missing. */
export function proofOf(dialog) {
  const secret = takeSecret("approval");
  if (dialog.approver && secret) return { staff_id: dialog.approver, secret };
  // From here on a digit chooses the person.
  store.set({ dialog: { ...dialog, second: true } });
  return void tellKey("warn", "page.approve.who");
}
