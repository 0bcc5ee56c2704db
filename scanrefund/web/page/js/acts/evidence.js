// What was looked at for a refund: a note and a photograph, from a file or the browser's camera. A photograph is
// held in this file's memory until it is sent or put away; it is never stored, and has no address.

import { change, read } from "../server.js";
import { store } from "../store.js";
import { own } from "./own.js";
import { asking, tellKey } from "./saying.js";

const PHOTO_BYTES_MAX = 10_000_000;
const CAMERA_WIDTH_PX = 1920;
const JPEG_QUALITY = 0.85;

let photo = null;
let stream = null;

const pathOf = (refundId) => `/desk/refunds/${encodeURIComponent(refundId)}/evidence`;

/** The question: what was looked at for the refund that is shown? */
export function openEvidence() {
  const { detail } = store.get();
  if (!detail?.evidence) return;
  store.set({ message: null, dialog: { kind: "evidence", refundId: detail.refund_id, chosen: detail.evidence.missing[0]?.kind ?? null, photo: null, filming: false } });
}

export function evidenceKind(kind) {
  patch({ chosen: kind });
}

/** A picture that was chosen, dropped or pasted: only its size is looked at here. */
export function takePhoto(file) {
  if (file.size > PHOTO_BYTES_MAX) return tellKey("warn", "page.evidence.too_large");
  photo = file;
  stopFilm();
  return patch({ photo: { name: file.name, bytes: file.size }, filming: false });
}

export function dropPhoto() {
  photo = null;
  patch({ photo: null });
}

/** The browser's camera: first it shows, then one picture is taken of it. */
export async function photograph() {
  if (stream) return shoot();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: CAMERA_WIDTH_PX } });
  } catch {
    return tellKey("bad", "page.equipment.no_browser_camera");
  }
  if (store.get().dialog?.kind !== "evidence") return stopFilm();
  patch({ filming: true, photo: null });
  return requestAnimationFrame(async () => {
    const screen = document.querySelector("video[data-evidence]");
    if (screen) screen.srcObject = stream;
  });
}

async function shoot() {
  const screen = document.querySelector("video[data-evidence]");
  if (!screen?.videoWidth) return;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [screen.videoWidth, screen.videoHeight];
  canvas.getContext("2d").drawImage(screen, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
  if (blob) takePhoto(new File([blob], "camera.jpg"));
}

/** Enter: write it down. */
export async function keepEvidence() {
  const { dialog } = store.get();
  if (!dialog.chosen) return tellKey("warn", "page.evidence.which");
  const note = own("note");
  const asked = { kind: dialog.chosen, note, ...(photo ? { photo_base64: await base64(photo) } : {}) };
  const told = await asking(() => change(pathOf(dialog.refundId), asked));
  if (!told) return null;
  store.set({ dialog: null, detail: told });
  return tellKey("good", "page.evidence.kept");
}

/** A photograph that was kept, for whoever may see it: painted, and forgotten when it is closed. */
export async function showPhoto(number) {
  const { detail } = store.get();
  const told = await asking(() => read(`${pathOf(detail.refund_id)}/${number}`));
  if (!told) return;
  const bytes = Uint8Array.from(atob(told.data_base64), (one) => one.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes]));
  store.set({ dialog: { kind: "photo", number: Number(number), width: picture.width, height: picture.height } });
  requestAnimationFrame(() => paint(picture));
}

function paint(picture) {
  document.querySelector("canvas[data-photo]")?.getContext("2d").drawImage(picture, 0, 0);
  picture.close();
}

function putAway() {
  photo = null;
  stopFilm();
}

function stopFilm() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

function patch(more) {
  const { dialog } = store.get();
  if (dialog?.kind === "evidence") store.set({ dialog: { ...dialog, ...more } });
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

// A question that is over, a locked page, and one on which something else was opened, film nobody and keep nothing.
store.listen(({ dialog, locked }) => {
  if (photo === null && stream === null) return;
  if (locked || dialog?.kind !== "evidence") putAway();
});
