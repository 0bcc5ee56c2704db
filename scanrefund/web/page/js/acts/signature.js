// A customer signs: strokes drawn on a canvas, in thousandths of its width. They are sent once and kept nowhere here.

import { change, read } from "../server.js";
import { store } from "../store.js";
import { asking, tellKey } from "./saying.js";

const WIDTH = 1000;
const STROKES_MAX = 60;
const NUMBERS_MAX = 6000;

let strokes = [];
let drawing = false;

export function openSignature() {
  const { receipt, detail, screen } = store.get();
  const about = screen === "detail" ? detail : receipt;
  if (!about?.refund_id) return;
  clearSignature();
  store.set({ customer: null, message: null, dialog: { kind: "sign", refundId: about.refund_id } });
}

/** The pointer on the frame: a finger, a pen or the mouse. */
export function draw(event) {
  if (!event.target.matches?.("canvas[data-pad]")) return;
  if (event.type === "pointerdown") begin(event);
  else if (event.type === "pointermove") go(event);
  else drawing = false;
}

function begin(event) {
  if (strokes.length >= STROKES_MAX) return;
  event.target.setPointerCapture(event.pointerId);
  drawing = true;
  strokes.push([]);
  go(event);
}

function go(event) {
  if (!drawing || strokes.flat().length >= NUMBERS_MAX) return;
  const place = event.target.getBoundingClientRect();
  const at = (way) => Math.min(WIDTH, Math.max(0, Math.round((way / place.width) * WIDTH)));
  strokes.at(-1).push(at(event.clientX - place.left), at(event.clientY - place.top));
  paint(event.target);
}

function paint(pad) {
  const pen = pad.getContext("2d");
  pen.clearRect(0, 0, pad.width, pad.height);
  pen.lineWidth = 5;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#102a55";
  for (const stroke of strokes) {
    pen.beginPath();
    for (let at = 0; at < stroke.length; at += 2) pen.lineTo(stroke[at], stroke[at + 1]);
    pen.stroke();
  }
}

export function clearSignature() {
  strokes = [];
  const pad = document.querySelector("canvas[data-pad]");
  if (pad) paint(pad);
}

export async function keepSignature() {
  const { dialog, screen } = store.get();
  if (!strokes.some((stroke) => stroke.length > 2)) return tellKey("warn", "page.sign.empty");
  const told = await asking(() => change(`/desk/refunds/${encodeURIComponent(dialog.refundId)}/signature`, { strokes }));
  if (!told) return null;
  clearSignature();
  store.set({ dialog: null, ...(screen === "detail" ? { detail: told } : {}), signed: dialog.refundId });
  return tellKey("good", "page.sign.kept");
}

/** What was signed before, for who may see it. */
export async function showSignature() {
  const { detail } = store.get();
  const told = await asking(() => read(`/desk/refunds/${encodeURIComponent(detail.refund_id)}/signature`));
  if (told) store.set({ signature: { refundId: detail.refund_id, strokes: told.strokes } });
}

/** The customer was asked, and says it is right. */
export async function customerConfirmed() {
  const { detail } = store.get();
  const told = await asking(() => change(`/desk/refunds/${encodeURIComponent(detail.refund_id)}/confirmed`));
  if (told) store.set({ detail: { ...detail, ...told } });
}
