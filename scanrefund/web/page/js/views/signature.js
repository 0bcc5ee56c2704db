// Where a customer signs, and what was signed.

import { h, svg } from "../h.js";
import { button, message } from "./pieces.js";

export function sign(state, t) {
  return h(
    "div", { class: "veil", key: "sign" },
    h("div", { class: "card dialog signing", role: "dialog", "aria-modal": "true", "aria-labelledby": "sign-title" },
      h("h2", { id: "sign-title", tabindex: -1, focus: true }, t("page.sign.title")), h("p", {}, t("page.sign.text")), message(state),
      h("canvas", { key: "pad", class: "pad", width: 1000, height: 400, "data-pad": true, role: "img", "aria-label": t("page.sign.title") }),
      h("div", { class: "buttons" },
        button(t("page.sign.keep"), "keepSignature", { keys: "Enter", kind: "main" }), button(t("page.sign.clear"), "clearSignature"),
        button(t("page.confirm.back"), "closeDialog", { keys: "Esc", kind: "quiet" }))),
  );
}

/** What the customer did: agreed, signed, said that it is right. */
export function customersPart(state, t, one) {
  const { signature } = state;
  return h(
    "div", { class: "customerspart" },
    h("p", {}, one.customer_agreed ? t("page.customer_side.agreed") : t("page.customer_side.not_agreed"),
      one.customer_signed ? ` · ${t("page.customer_side.signed")}` : "", one.customer_confirmed ? ` · ${t("page.customer_side.confirmed")}` : ""),
    signature?.refundId === one.refund_id && signature.strokes.length ? drawn(signature.strokes, t) : null,
    h("div", { class: "buttons" },
      one.customer_signed ? button(t("page.sign.shown"), "showSignature", { keys: "S", kind: "quiet" }) : button(t("page.sign.open"), "openSignature", { keys: "S" }),
      one.customer_confirmed ? null : button(t("page.customer_side.confirm"), "customerConfirmed")),
  );
}

function drawn(strokes, t) {
  const lines = strokes.map((stroke) => svg("polyline", { points: stroke.join(" ") }));
  return svg("svg", { class: "drawn", viewBox: "0 0 1000 400", role: "img", "aria-label": t("page.sign.shown") }, lines);
}
