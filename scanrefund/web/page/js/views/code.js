// The payment code: what to ask the customer for, the camera's view, and the ring that empties.

import { h } from "../h.js";
import { secondsTo, yuan } from "../words.js";
import { amountOf } from "../place.js";
import { ring } from "./drawings.js";
import { button, walletChip } from "./pieces.js";

const AMBER_S = 15;

export function codePanel(state, t) {
  return h(
    "section", { class: "card code", key: "code", "aria-label": t("page.step.code"), tabindex: -1, focus: true },
    state.order ? chosen(state, t) : null,
    h("div", { class: "view" }, state.reading ? codeRing(state, t) : preview(state, t)),
    state.order ? ask(state, t) : null,
  );
}

// What is settled already, so that nobody need remember it.
function chosen(state, t) {
  const reason = state.start.reasons.find((one) => one.code === state.reason);
  return h(
    "p", { class: "chosen" }, h("strong", {}, yuan(amountOf(state))), reason ? h("span", {}, reason.text) : null,
    button(t("page.code.change"), "stepBack", { keys: "Esc", kind: "quiet" }),
  );
}

/** The living code, masked, with the time it has left. */
export function codeRing(state, t) {
  const left = secondsTo(state.reading.expires_at, state.now);
  const amber = left <= AMBER_S;
  return h(
    "div", { class: amber ? "living amber" : "living" },
    ring(left / (state.start.code_age_s || 60), left, amber),
    walletChip(state.reading.wallet, t(`page.wallet.${state.reading.wallet}`)), h("span", { class: "masked" }, state.reading.text),
    h("p", { class: "aged", role: "status" }, amber ? t("page.code.ask_fresh") : t("page.code.alive")),
  );
}

function preview(state, t) {
  if (state.browserCamera) return h("video", { class: "preview", autoplay: true, muted: true, playsinline: true, "aria-label": t("page.code.preview"), key: "film" });
  const { camera } = state.status ?? {};
  if (camera?.ok === false && camera.on) return h("p", { class: "nocamera" }, camera.say);
  if (state.start.camera?.on) return h("img", { class: "preview", src: "/desk/camera.mjpg", alt: t("page.code.preview"), key: "camera" });
  return h("p", { class: "nocamera" }, t("page.code.no_camera"));
}

function ask(state, t) {
  return h(
    "div", { class: "asking" }, h("p", { class: "askbig" }, state.order.ask_for || t("page.order.ask_for")),
    h("div", { class: "buttons" }, button(t("page.code.to_customer"), "customerView", { keys: "F7" }), button(t("page.code.without"), "withoutCode", { keys: "F8", kind: "quiet" })),
  );
}
