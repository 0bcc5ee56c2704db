// The door: first start, who are you, locked. A wrong PIN says how many tries are left, or until when to wait.

import { h } from "../h.js";
import { clock, secondsTo } from "../words.js";
import { drawing } from "./drawings.js";
import { button, people, secretField } from "./pieces.js";
import { trainee } from "./training.js";

export function owner(state, t) {
  return gate(
    state, t, t("page.owner.title"),
    h("p", {}, t("page.owner.text")),
    h("label", { class: "field" }, h("span", {}, t("page.owner.name")),
      h("input", { type: "text", "data-own": "owner-name", autocomplete: "off", maxlength: 40, focus: true })),
    secretField("owner-pin", t("page.pin.new"), { hint: t("page.pin.rule") }), secretField("owner-again", t("page.pin.again")),
    button(t("page.owner.make"), "makeOwner", { keys: "Enter", kind: "main" }),
  );
}

export function signIn(state, t) {
  const chosen = state.staff.find((one) => one.staff_id === state.chosen);
  if (!chosen) return gate(state, t, t("page.sign_in.who"), people(state.staff, null, "choosePerson"), state.staff.length && !state.start.training ? h("p", { class: "fine" }, t("page.badge.hint")) : null, state.start.training ? trainee(state, t) : null);
  return gate(
    state, t, chosen.name, pin(state, t),
    h("div", { class: "buttons" },
      button(t("page.sign_in.enter"), "signIn", { keys: "Enter", kind: "main" }),
      button(t("page.sign_in.other"), "someoneElse", { keys: "Esc", kind: "quiet" })),
  );
}

export function locked(state, t) {
  return gate(
    state, t, t("page.locked.title", { name: state.signedIn?.name ?? "" }),
    h("p", {}, t(state.order ? "page.locked.kept" : "page.locked.text")), pin(state, t),
    h("div", { class: "buttons" },
      button(t("page.locked.unlock"), "unlock", { keys: "Enter", kind: "main" }), button(t("page.locked.other"), "signOut", { kind: "quiet" })),
  );
}

function pin(state, t) {
  return secretField("pin", t("page.pin.name"), { focus: true, hint: t("page.pin.never_told") });
}

function gate(state, t, title, ...inside) {
  const left = secondsTo(state.lockedUntil, state.now);
  return h(
    "main", { class: "gate", key: `gate-${title}` },
    drawing("lock"), h("h1", { tabindex: -1, focus: true }, title), inside,
    h("p", { class: "said", role: "alert" }, state.signInSaid ?? ""),
    left > 0 ? h("p", { class: "countdown", "aria-live": "off" }, t("page.pin.wait", { clock: clock(left) })) : null,
  );
}

