// The machine: network, camera, self test, each failure with its cure.

import { h } from "../h.js";
import { moment } from "../words.js";
import { drawing } from "./drawings.js";
import { button, message } from "./pieces.js";
import { practiceDoor } from "./practice.js";

export function equipment(state, t) {
  return h(
    "main", { class: "list equipment", key: "equipment" },
    h("header", {}, h("h1", { tabindex: -1, focus: true }, t("page.nav.equipment")), button(t("page.list.back"), "newRefund", { keys: "Esc", kind: "quiet" })),
    message(state), h("div", { class: "halves" }, network(state, t), camera(state, t)), selfTest(state, t), practiceDoor(state, t),
  );
}

function network(state, t) {
  return h(
    "section", { class: "card", "aria-label": t("page.equipment.network") }, h("h2", {}, t("page.equipment.network")),
    checks(state.status?.network ?? [], state, t),
  );
}

/** Whether each wallet can be reached. */
export function checks(network, state, t) {
  return h("ul", { class: "checks" }, network.map((one) => check(one.ok, t(`page.wallet.${one.wallet}`), [one.say, " ", h("time", { datetime: one.at }, moment(one.at, state))])));
}

function camera(state, t) {
  const { source, on } = state.start.camera ?? {};
  return h(
    "section", { class: "card", "aria-label": t("page.bar.camera") }, h("h2", {}, t("page.bar.camera")),
    h("p", {}, on ? t("page.equipment.camera_on", { source: source || "—" }) : t("page.bar.camera_off")),
    state.status?.camera?.say ? h("p", { class: "said" }, state.status.camera.say) : null,
    on && state.status?.camera?.ok !== false ? h("img", { class: "preview", src: "/desk/camera.mjpg", alt: t("page.code.preview") }) : null,
    h("div", { class: "buttons" },
      button(t(on ? "page.equipment.camera_stop" : "page.equipment.camera_start"), "camera", { arg: on ? "off" : "on" }), button(t("page.equipment.camera_restart"), "camera", { arg: "restart" }),
      button(t(state.browserCamera ? "page.equipment.browser_stop" : "page.equipment.browser_start"), "browserCamera", { kind: "quiet" })),
  );
}

function selfTest(state, t) {
  const last = state.status?.self_test;
  return h(
    "section", { class: "card", "aria-label": t("page.equipment.self_test") },
    h("h2", {}, t("page.equipment.self_test"), last?.at ? h("small", {}, moment(last.at, state), " ", last.say ?? "") : null),
    h("ul", { class: "checks" }, (state.checks ?? last?.checks ?? []).map((one) => check(one.ok, one.title ?? one.name, one.say, one.ok ? "" : one.cure))),
    button(t("page.equipment.run"), "selfTest", { keys: "Enter", kind: "main" }),
  );
}

function check(ok, name, say, cure = "") {
  const kind = ok === null ? "skipped" : ok ? "good" : "bad";
  return h("li", { class: `check-${kind}` }, drawing(kind), h("strong", {}, name), h("span", {}, say ?? ""), cure ? h("span", { class: "cure" }, cure) : null);
}
