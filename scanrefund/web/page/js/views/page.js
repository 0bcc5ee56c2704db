// The whole page as one function of the state: what is on top, what lies under it.

import { h } from "../h.js";
import { placeOf } from "../place.js";
import { books, signDayDialog } from "./books.js";
import { round, rounded } from "./approvals.js";
import { cashSlip } from "./cash_slip.js";
import { complaint } from "./complaints.js";
import { customerView } from "./customer.js";
import { detail } from "./detail.js";
import { dialog } from "./dialog.js";
import { equipment } from "./equipment.js";
import { evidence, photo } from "./evidence.js";
import { footer, header, marks } from "./frame.js";
import { help } from "./help.js";
import { orderAction } from "./order_actions.js";
import { practice } from "./practice.js";
import { queue } from "./queue.js";
import { refund } from "./refund.js";
import { refunds } from "./refunds.js";
import { sign } from "./signature.js";
import { locked, owner, signIn } from "./sign_in.js";
import { judged, task, training } from "./training.js";

const SCREENS = { refund, queue, refunds, detail, equipment, training, books };
const DIALOGS = {
  decide: dialog, complaint, judged, sign, order: orderAction, practice, cashslip: cashSlip, evidence, photo, round, rounded, sign_day: signDayDialog,
};
const DOORS = { starting, owner, sign_in: signIn, locked };

export function page(state, t) {
  const place = placeOf(state);
  const inside = DOORS[place] ? door(DOORS[place], state, t) : desk(state, t, place);
  return h("div", { id: "app", class: `page place-${place.replace(":", "-")}`, "data-place": place }, inside);
}

// Behind a door nothing of the work is in the page at all.
function door(view, state, t) {
  return h("div", { class: "door", key: "door" }, marks(state, t), view(state, t), footer(state, t));
}

function desk(state, t, place) {
  const covered = /^(help|customer|dialog)/.test(place);
  return [
    h("div", { class: "desk", key: "desk", inert: covered },
      header(state, t), h("div", { class: "above" }, marks(state, t), task(state, t)), SCREENS[state.screen](state, t), footer(state, t)),
    state.dialog && DIALOGS[state.dialog.kind](state, t),
    state.customer && customerView(state, t),
    state.help && help(state, t),
  ];
}

function starting(state, t) {
  const words = Object.keys(state.words).length ? t("page.lost.text") : "…";
  return h("main", { class: "gate" }, h("p", { role: "status" }, words));
}
