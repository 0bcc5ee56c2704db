// What was looked at for a refund: the list in its drawer, the question, a photograph.

import { h } from "../h.js";
import { may } from "../place.js";
import { moment } from "../words.js";
import { badge, button, key, message } from "./pieces.js";

/** In the refund's drawer: what is there, and what the shop still wants. */
export function evidencePart(state, t, one) {
  if (!one.evidence) return null;
  const { pieces, missing } = one.evidence;
  return h(
    "section", { class: "evidence", key: "evidence", "aria-label": t("page.evidence.title") }, h("h3", {}, t("page.evidence.title")),
    pieces.length ? h("ul", { class: "pieces" }, pieces.map((piece) => pieceOf(state, t, piece))) : h("p", { class: "none" }, t("page.evidence.none")),
    missing.length ? h("p", { class: "said" }, t("page.evidence.missing"), " ", missing.map((kind) => badge(kind.say, "amber"))) : null,
    button(t("page.evidence.add"), "openEvidence", { keys: "E" }),
  );
}

function pieceOf(state, t, piece) {
  return h(
    "li", { key: `${piece.number}` },
    h("strong", {}, piece.say), piece.note ? h("span", {}, piece.note) : null, h("small", {}, moment(piece.at, state), " · ", piece.by),
    piece.photo ? photoButton(state, t, piece) : null,
  );
}

function photoButton(state, t, piece) {
  if (!may(state, "books.read")) return badge(t("page.evidence.photo"), "");
  return button(t("page.evidence.look"), "showPhoto", { arg: piece.number, kind: "quiet" });
}

/** What was looked at? A digit chooses, then a note and a photograph. */
export function evidence(state, t) {
  const { dialog } = state;
  return h(
    "div", { class: "veil", key: "evidence" },
    h("div", { class: "card dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "evidence-title" },
      h("h2", { id: "evidence-title", tabindex: -1, focus: true }, t("page.evidence.add")), message(state),
      h("ul", { class: "people" }, state.detail.evidence.kinds.map((kind, number) => choice(dialog, kind, number))),
      h("label", { class: "field", key: "note" }, h("span", {}, t("page.evidence.note")), h("input", { type: "text", "data-own": "note", autocomplete: "off", maxlength: 300 })),
      photoPart(state, t),
      h("div", { class: "buttons" },
        button(t("page.evidence.keep"), "keepEvidence", { keys: "Enter", kind: "main" }), button(t("page.confirm.back"), "closeDialog", { keys: "Esc", kind: "quiet" }))),
  );
}

function choice(dialog, kind, number) {
  return h(
    "li", { key: kind.kind },
    h("button", { type: "button", class: "person", act: "evidenceKind", arg: kind.kind, "aria-pressed": String(kind.kind === dialog.chosen) }, h("span", {}, kind.say), key(String(number + 1))),
  );
}

function photoPart(state, t) {
  const { photo, filming } = state.dialog;
  return h(
    "section", { class: "photo", key: "photo", "aria-label": t("page.evidence.photo") },
    photo ? h("p", { role: "status" }, t("page.evidence.chosen", { name: photo.name, kb: Math.ceil(photo.bytes / 1000) })) : h("p", { class: "said" }, t("page.evidence.hint")),
    filming ? h("video", { class: "preview", key: "film", "data-evidence": true, autoplay: true, muted: true, playsinline: true, "aria-label": t("page.evidence.film") }) : null,
    h("div", { class: "buttons" },
      h("label", { class: "button" }, t("page.evidence.file"), h("input", { type: "file", class: "hiddenfile", accept: "image/png,image/jpeg,image/webp", "data-photo-file": true })),
      button(t(filming ? "page.evidence.shoot" : "page.evidence.camera"), "photograph"),
      photo ? button(t("page.evidence.drop"), "dropPhoto", { kind: "quiet" }) : null),
  );
}

export function photo(state, t) {
  const { number, width, height } = state.dialog;
  return h(
    "div", { class: "veil", key: "photo" },
    h("div", { class: "card dialog looked", role: "dialog", "aria-modal": "true", "aria-labelledby": "photo-title" },
      h("h2", { id: "photo-title", tabindex: -1, focus: true }, t("page.evidence.photo_of", { n: number })),
      h("canvas", { key: `photo-${number}`, width, height, "data-photo": true, role: "img", "aria-label": t("page.evidence.photo_of", { n: number }) }),
      h("div", { class: "buttons" }, button(t("page.customer.close"), "closeDialog", { keys: "Esc", kind: "main" }))),
  );
}
