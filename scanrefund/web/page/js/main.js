// The page is put together here: state to nodes, keys and scans to acts.

import { act, FIELDS } from "./acts/table.js";
import { focusOn } from "./acts/focus.js";
import { takePhoto } from "./acts/evidence.js";
import { picture, scan } from "./acts/order.js";
import { loadStaff, lock } from "./acts/people.js";
import { refresh } from "./acts/fresh.js";
import { chooseReason, codeAgedOut } from "./acts/refund.js";
import { asking } from "./acts/saying.js";
import { keptSettings } from "./acts/settings.js";
import { film } from "./acts/equipment.js";
import { openTraining } from "./acts/training.js";
import { follow } from "./events.js";
import { morph } from "./h.js";
import { arrived, characterAct, listen } from "./keys.js";
import { placeOf } from "./place.js";
import { look } from "./look.js";
import { ScanBuffer } from "./scan_buffer.js";
import { change, keepToken, read } from "./server.js";
import { play } from "./sound.js";
import { store } from "./store.js";
import { draw } from "./acts/signature.js";
import { page } from "./views/page.js";
import { say } from "./voice.js";
import { secondsTo, speaker } from "./words.js";

const TICK_MS = 500;
const AMBER_S = 15;
// What only grows older tells nothing by itself.
const REMIND_MS = 60000;

const app = document.getElementById("app");
let place = "";
let lastTouch = Date.now();

function render(state) {
  document.documentElement.lang = state.language;
  look(state.theme);
  document.documentElement.dataset.training = String(Boolean(state.start?.training));
  document.title = speaker(state)(state.start?.training ? "page.practice.tab" : "page.title");
  morph(app, page(state, speaker(state)));
  for (const screen of app.querySelectorAll("video:not([data-evidence])")) if (screen.srcObject !== film()) screen.srcObject = film();
  follow(state.signedIn !== null && !state.locked);
  moveFocus([placeOf(state), state.chosen, state.dialog?.approver, state.dialog?.what, state.dialog?.second].join("|"));
}

// Only when the place changes does the focus move: never while somebody types.
function moveFocus(now) {
  if (now === place) return;
  place = now;
  arrived();
  const wanted = [...app.querySelectorAll("[data-focus]")].at(-1);
  wanted?.focus({ preventScroll: false });
}

function tick() {
  const state = store.get();
  const left = state.reading ? secondsTo(state.reading.expires_at, Date.now()) : null;
  const before = state.reading ? secondsTo(state.reading.expires_at, state.now) : null;
  if (left !== null && left <= AMBER_S && before > AMBER_S) {
    play("warn", state.muted);
    say(speaker(state)("page.voice.fresh_code"), state);
  }
  store.set({ now: Date.now() });
  if (left !== null && left <= 0) codeAgedOut();
  const idle = (Date.now() - lastTouch) / 1000;
  if (state.signedIn && !state.locked && !state.sending && idle > (state.start?.idle_lock_s ?? Infinity)) lock();
}

function delegate() {
  app.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-act]");
    if (wanted && !wanted.disabled && !wanted.closest("[inert]")) act(wanted.dataset.act, wanted.dataset.arg);
  });
  for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) app.addEventListener(name, draw);
  app.addEventListener("compositionstart", (event) => { event.target.composing = true; });
  app.addEventListener("compositionend", (event) => { event.target.composing = false; typedInto(event.target); });
  app.addEventListener("input", (event) => { if (!event.isComposing) typedInto(event.target); });
  app.addEventListener("change", (event) => { if (event.target.matches("select[data-act]")) act(event.target.dataset.act, event.target.value); });
  app.addEventListener("change", (event) => { if (event.target.matches("[data-photo-file]") && event.target.files[0]) takePhoto(event.target.files[0]); });
  for (const name of ["keydown", "pointerdown", "pointermove", "touchstart"]) {
    addEventListener(name, () => { lastTouch = Date.now(); }, { capture: true, passive: true });
  }
}

function typedInto(field) {
  FIELDS[field.dataset.field]?.(field.value);
}

function pictures() {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer);
  });
  addEventListener("paste", (event) => {
    if (take(event.clipboardData)) event.preventDefault();
  });
}

function take(data) {
  const file = [...(data?.files ?? [])].find((one) => one.type.startsWith("image/"));
  if (file) store.get().dialog?.kind === "evidence" ? takePhoto(file) : picture(file);
  return file !== undefined;
}

// What no field takes: at first sight a reason's digit may be the first of a scan, so it can be taken back.
const HANDS = {
  scan: (text) => scan(text, false),
  hint(key) {
    const found = characterAct(key, store.get());
    return found?.[0] === "reason" ? chooseReason(found[1]) : null;
  },
  key(key) {
    const found = characterAct(key, store.get());
    if (found) act(...found);
    else HANDS.typed(key);
  },
  typed(text) {
    if (!/^refund:(order|amount|code|confirm|result)$/.test(placeOf(store.get()))) return;
    const box = app.querySelector("[data-field='scan']");
    if (!box) return;
    box.value += text;
    focusOn("scan");
  },
};

async function begin() {
  const kept = keptSettings();
  store.set({ theme: kept.theme ?? "auto", muted: kept.muted ?? false, voice: kept.voice ?? false });
  const start = await asking(() => read("/desk/start"));
  if (!start) return setTimeout(begin, 2000);
  keepToken(start.csrf);
  const language = start.languages.includes(kept.language) ? kept.language : start.language;
  if (language !== start.language) await asking(() => change("/desk/language", { language }));
  const words = await asking(() => read(`/desk/words/${language}`));
  store.set({ start: language === start.language ? start : ((await asking(() => read("/desk/start"))) ?? start) });
  store.set({ words: words ?? {}, language, signedIn: start.signed_in, workBy: start.signed_in?.staff_id ?? null, locked: start.locked, message: null });
  await loadStaff();
  if (start.training && start.signed_in && !start.locked) await openTraining();
  return refresh();
}

store.listen(render);
delegate();
pictures();
new ScanBuffer(window, HANDS);
listen(window);
setInterval(tick, TICK_MS);
setInterval(refresh, REMIND_MS);
begin();
