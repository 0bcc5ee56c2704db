// Every act by its name: what a button says in `data-act`, and what a key means.

import { store } from "../store.js";
import { stepOf } from "../place.js";
import { openCashSlip, printCashSlip } from "./cash_slip.js";
import * as approvals from "./approvals.js";
import * as books from "./books.js";
import { checkAgain, recheck } from "./check.js";
import * as complaints from "./complaints.js";
import { openDetail, openDiagnosis } from "./detail.js";
import * as equipment from "./equipment.js";
import * as evidence from "./evidence.js";
import { focusOn } from "./focus.js";
import * as lists from "./lists.js";
import { opinion } from "./opinion.js";
import * as order from "./order.js";
import * as orderActions from "./order_actions.js";
import * as people from "./people.js";
import * as refund from "./refund.js";
import * as settings from "./settings.js";
import * as practice from "./practice.js";
import { takeSecret } from "./secret.js";
import { printSlip } from "./slip.js";
import * as signature from "./signature.js";
import * as training from "./training.js";
import { tellKey } from "./saying.js";
import { halfWidth } from "../words.js";

function take(field) {
  const box = document.querySelector(`[data-field="${field}"]`);
  const text = box.value;
  box.value = "";
  return text;
}

function newRefund() {
  if (store.get().sending) return refund.pressedAgain();
  if (store.get().screen === "refund" && stepOf(store.get()) === "result") order.reset();
  store.set({ screen: "refund", help: false, customer: null, dialog: null });
  return focusOn("scan");
}

function approveAtTill() {
  const { dialog } = store.get();
  const secret = takeSecret("approval");
  const approver = dialog?.approver ?? store.get().chosen;
  if (!approver || !secret) return null;
  store.set({ chosen: null });
  return refund.send({ approval: { staff_id: approver, secret }, queue: false });
}

// In training a name is enough, and nobody need be chosen.
function signIn() {
  const { start, chosen } = store.get();
  return start.training && !chosen ? training.join() : people.signIn();
}

function customerView() {
  const { customer } = store.get();
  store.set({ customer: { null: "turned", turned: "upright", upright: null }[customer] });
}

export const ACTS = {
  scanBox: () => order.scan(take("scan"), true),
  newRefund,
  next: order.reset,
  backToOrder: order.backToOrder,
  stepBack: order.stepBack,
  chooseOrder: (number) => order.chooseOrder(Number(number)),
  choosePickedOrder: () => order.chooseOrder(store.get().picked),
  thaw: () => store.set({ message: null, dialog: { kind: "decide", what: "thaw", approver: null } }),
  orderActions: () => orderActions.openOrderAction(),
  orderAction: orderActions.openOrderAction,
  submitOrderAction: () => orderActions.submitOrderAction(),
  orderActionToQueue: () => orderActions.submitOrderAction(true),
  leaveOrderAction: orderActions.leaveOrderAction,
  takeAmount: refund.takeAmount,
  editAmount: () => focusOn("amount"),
  maximum: refund.maximum,
  quickAmount: refund.quickAmount,
  checkAgain,
  reason: refund.chooseReason,
  withoutCode: refund.withoutCode,
  againCode: () => { store.set({ reading: null, noCode: false }); recheck(); },
  confirm: refund.confirm,
  pressedAgain: refund.pressedAgain,
  tooSoon: () => tellKey("none", "page.result.pressed_twice"),
  needCode: () => tellKey("warn", "page.code.enter_needs_code"),
  approver: (staffId) => store.set({ chosen: staffId }),
  approveAtTill,
  toQueue: () => refund.send({ approval: null, queue: true }),
  notApproved: () => store.set({ approving: false, chosen: null }),
  agree: () => store.set({ agreed: true, customer: null }),
  agreed: () => store.set({ agreed: !store.get().agreed }),
  customerView,
  customerOff: () => store.set({ customer: null }),
  help: () => store.set({ help: !store.get().help }),
  openQueue: lists.openQueue,
  openRefunds: lists.openRefunds,
  search: lists.search,
  toggleOpenOnly: lists.toggleOpenOnly,
  openDetail,
  openPicked: lists.openPicked,
  closeDetail: lists.closeDetail,
  printSlip,
  openBooks: books.openBooks,
  reconcileDay: books.reconcileDay,
  auditBook: books.auditBook,
  openSignDay: books.openSignDay,
  signDay: books.signDay,
  mark: approvals.mark,
  markAll: approvals.markAll,
  openRound: approvals.openRound,
  approveRound: approvals.approveRound,
  openCashSlip,
  printCashSlip,
  openEvidence: evidence.openEvidence,
  evidenceKind: evidence.evidenceKind,
  photograph: evidence.photograph,
  dropPhoto: evidence.dropPhoto,
  keepEvidence: evidence.keepEvidence,
  showPhoto: evidence.showPhoto,
  openDiagnosis,
  openSignature: signature.openSignature,
  clearSignature: signature.clearSignature,
  keepSignature: signature.keepSignature,
  showSignature: signature.showSignature,
  opinion,
  customerConfirmed: signature.customerConfirmed,
  pick: (step) => lists.pick(Number(step)),
  decide: lists.decide,
  decider: (staffId) => store.set({ dialog: { ...store.get().dialog, approver: staffId } }),
  submitDecision: lists.submitDecision,
  openComplaint: complaints.openComplaint,
  settleComplaint: complaints.settleComplaint,
  endComplaint: complaints.endComplaint,
  closeDialog: () => store.set({ dialog: null }),
  openEquipment: equipment.openEquipment,
  selfTest: equipment.selfTest,
  camera: equipment.camera,
  browserCamera: equipment.browserCamera,
  makeOwner: people.makeOwner,
  choosePerson: people.choosePerson,
  someoneElse: people.someoneElse,
  signIn,
  unlock: people.unlock,
  lock: people.lock,
  signOut: people.signOut,
  openTraining: training.openTraining,
  beginExercise: training.begin,
  beginPicked: training.beginPicked,
  customerShows: training.customerShows,
  endExercise: training.end,
  againExercise: training.again,
  openPractice: practice.openPractice,
  submitPractice: practice.submitPractice,
  leavePractice: practice.leavePractice,
  speak: settings.speak,
  nextTheme: settings.nextTheme,
  toggleSound: settings.toggleSound,
  toggleVoice: settings.toggleVoice,
};

/** What typing into a field means, by the field's name. */
export const FIELDS = {
  scan: order.hush,
  amount: refund.setAmount,
  note: (text) => store.set({ note: text }),
  contact: (text) => store.set({ contact: text }),
  applicant: (text) => store.set({ applicant: text }),
  typed: (text) => store.set({ typed: text }),
  order_old: (text) => orderActions.setOrderAction({ oldText: halfWidth(text) }),
  order_new: (text) => orderActions.setOrderAction({ newText: halfWidth(text) }),
  order_days: (text) => orderActions.setOrderAction({ days: halfWidth(text) }),
  bookDay: (text) => store.set({ bookDay: text }),
  query: (text) => store.set({ query: text }),
};

/** Do it; an act that fails tells so itself, a bug is not hidden. */
export function act(name, arg) {
  return ACTS[name]?.(arg);
}
