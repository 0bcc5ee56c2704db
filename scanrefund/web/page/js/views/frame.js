// What stands around every screen: where to go, who is here, and how things stand.

import { h } from "../h.js";
import { may, overdue } from "../place.js";
import { age } from "../words.js";
import { drawing } from "./drawings.js";
import { button, key } from "./pieces.js";

const NAMES = { "zh-Hans": "简", "zh-Hant": "繁", en: "EN" };
const LONG_NAMES = { "zh-Hans": "简体中文", "zh-Hant": "繁體中文", en: "English" };

export function header(state, t) {
  const waiting = state.queue.approvals.length + state.queue.held.length + state.queue.open.length;
  return h(
    "header", { class: "top" },
    h("strong", { class: "shop" }, state.start.shop.name, h("small", {}, state.start.counter)),
    h("nav", { "aria-label": t("page.nav.name") },
      tab(state, t, "refund", "newRefund", "F2"), tab(state, t, "refunds", "openRefunds", "F3"),
      state.start.training ? tab(state, t, "training", "openTraining", null) : null,
      tab(state, t, "queue", "openQueue", "F4", waiting), tab(state, t, "equipment", "openEquipment", "F6"), may(state, "books.read") ? tab(state, t, "books", "openBooks", "⇧F4") : null),
    h("div", { class: "who" },
      h("span", { class: "name" }, state.signedIn.name, h("small", {}, t(`page.role.${state.signedIn.role}`))),
      button(t("page.nav.lock"), "lock", { keys: "F10", kind: "quiet" }), button(t("page.nav.help"), "help", { keys: "F1", kind: "quiet" })),
  );
}

function tab(state, t, screen, act, keys, count = 0) {
  const here = state.screen === screen || (screen === "refunds" && state.screen === "detail");
  return h(
    "button", { type: "button", class: "tab", act, "aria-current": here ? "page" : null, "aria-keyshortcuts": keys },
    key(keys), h("span", {}, t(`page.nav.${screen}`)),
    count > 0 ? h("span", { class: "count", "aria-label": t("page.nav.waiting", { n: count }) }, count) : null,
  );
}

/** Bands that nobody can overlook: nothing here is real money, or the program is gone. */
export function marks(state, t) {
  const band = (kind, words, role) => h("p", { class: `band band-${kind}`, role, key: kind }, words);
  return h(
    "aside", { class: "marks" },
    state.start?.training ? band("training", t("page.mark.training"), "note") : null,
    state.start?.rehearsal && !state.start.training ? band("rehearsal", t("page.mark.rehearsal"), "note") : null,
    (state.status?.maintenance ?? []).map((one) => maintenance(one)),
    reminder(state, t),
    state.lost ? band("lost", t("page.lost.band"), "alert") : null,
  );
}

// Announced by the wallet: nobody wonders why a refund waits, and nobody pays cash meanwhile.
function maintenance(one) {
  return h(
    "p", { class: one.under_way ? "band band-late" : "band band-ahead", role: "note", key: `maintenance-${one.wallet}-${one.begins_at}` },
    one.say,
  );
}

// What has waited for half an hour or more is forgotten by somebody: it is told on every screen but its own.
function reminder(state, t) {
  if (!state.signedIn || state.locked || state.screen === "queue") return null;
  const late = overdue(state);
  if (late.length === 0) return null;
  const longest = Math.max(...late.map((one) => one.age_s));
  return h(
    "p", { class: "band band-late", role: "note", key: "late" },
    t("page.remind.text", { n: late.length, age: age(longest, t) }), button(t("page.remind.open"), "openQueue", { keys: "F4", kind: "quiet" }),
  );
}

export function footer(state, t) {
  return h(
    "footer", { class: "bar" },
    h("div", { class: "lights" }, (state.status?.network ?? []).map((one) => light(one.ok, t(`page.wallet.${one.wallet}`), one.say, t("page.bar.away"))), cameraLight(state, t), selfTestLight(state, t)),
    h("span", { class: "version" }, state.start ? t("page.bar.version", { version: state.start.version }) : "", state.start?.newer ? h("small", { class: "newer" }, state.start.newer) : null),
    h("div", { class: "settings" },
      (state.start?.languages ?? []).map((language) => languageButton(state, language)),
      button(t(`page.theme.${state.theme}`), "nextTheme", { kind: "quiet" }),
      button(t(state.muted ? "page.sound.off" : "page.sound.on"), "toggleSound", { kind: "quiet", "aria-pressed": String(state.muted) }),
      button(t(state.voice ? "page.voice.on" : "page.voice.off"), "toggleVoice", { kind: "quiet", "aria-pressed": String(state.voice) })),
  );
}

function cameraLight(state, t) {
  const { camera } = state.status ?? {};
  const on = state.start?.camera?.on || state.browserCamera;
  return light(on ? (camera?.ok ?? true) : null, t("page.bar.camera"), on ? camera?.say : t("page.bar.camera_off"), t("page.bar.no_picture"));
}

// Made by itself at the first sign-in of the day; before that it says nothing.
function selfTestLight(state, t) {
  const last = state.status?.self_test;
  return last ? light(last.ok, t("page.bar.self_test"), last.say, "F6") : null;
}

// What is wrong in a word or two; the whole sentence and its cure stand under F6, and under the pointer.
function light(ok, name, say, wrong) {
  const kind = ok === null || ok === undefined ? "skipped" : ok ? "good" : "bad";
  return h("span", { class: `light light-${kind}`, title: say }, drawing(kind), h("span", {}, name), ok === false ? h("small", {}, wrong) : null);
}

function languageButton(state, language) {
  return h(
    "button", { type: "button", class: "button quiet", act: "speak", arg: language, lang: language,
      "aria-label": LONG_NAMES[language] ?? language, "aria-pressed": String(language === state.language) },
    NAMES[language] ?? language,
  );
}

