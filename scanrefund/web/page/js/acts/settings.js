// How the page looks and sounds: language, light, sound. Kept in this browser.

import { change, read } from "../server.js";
import { store } from "../store.js";
import { recheck } from "./check.js";
import { openDetail } from "./detail.js";
import { freshOrder, refresh } from "./fresh.js";
import { asking, tellKey } from "./saying.js";
import { hasVoice } from "../voice.js";

const KEPT_AS = "scanrefund.settings";
const THEMES = ["auto", "light", "dark"];

export function keptSettings() {
  try {
    return JSON.parse(localStorage.getItem(KEPT_AS) ?? "{}");
  } catch {
    return {};
  }
}

function keep() {
  const { theme, muted, voice, language } = store.get();
  localStorage.setItem(KEPT_AS, JSON.stringify({ theme, muted, voice, language }));
}

/** Every sentence in another language, those the program has already said included. */
export async function speak(language) {
  const told = await asking(() => change("/desk/language", { language }));
  const words = told && (await asking(() => read(`/desk/words/${language}`)));
  if (!words) return;
  store.set({ words, language, message: null });
  keep();
  const start = await asking(() => read("/desk/start"));
  if (start) store.set({ start });
  await sayAgain();
}

async function sayAgain() {
  const { signedIn, receipt, detail, order } = store.get();
  if (!signedIn) return;
  await refresh();
  if (detail) await openDetail(detail.refund_id);
  if (receipt?.refund_id) {
    const again = await asking(() => read(`/desk/refunds/${encodeURIComponent(receipt.refund_id)}`));
    if (again) store.set({ receipt: { ...again, served_again: "" } });
  }
  if (order) await freshOrder();
  if (order && !receipt) recheck();
}

export function nextTheme() {
  const { theme } = store.get();
  store.set({ theme: THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] });
  keep();
}

/** Off unless somebody wants it; a computer without a voice of its own says so. */
export function toggleVoice() {
  const { voice, language } = store.get();
  if (!voice && !hasVoice(language)) return tellKey("warn", "page.voice.none");
  store.set({ voice: !voice });
  keep();
  return null;
}

export function toggleSound() {
  store.set({ muted: !store.get().muted });
  keep();
}
