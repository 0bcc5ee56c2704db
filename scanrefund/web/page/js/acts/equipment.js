// What the page stands on: camera, self test, and the browser's own camera as a second source.

import { change, read } from "../server.js";
import { store } from "../store.js";
import { shown } from "./order.js";
import { asking, tellKey } from "./saying.js";

const FRAME_MS = 300;
const FRAME_WIDTH_MAX = 1280;
const JPEG_QUALITY = 0.85;
const TOLD_FOR_MS = 4000;

let stream = null;
let timer = 0;
let lastTold = "";
let lastToldAt = 0;

export async function openEquipment() {
  store.set({ screen: "equipment", detail: null, message: null });
  const status = await asking(() => read("/desk/status"));
  if (status) store.set({ status });
}

export async function selfTest() {
  tellKey("none", "page.equipment.testing");
  const told = await asking(() => change("/desk/self-test"));
  if (!told) return;
  store.set({ checks: told.checks });
  tellKey(told.checks.every((one) => one.ok) ? "good" : "bad", "page.equipment.tested");
}

export async function camera(what) {
  const told = await asking(() => change("/desk/camera", { do: what }));
  if (!told) return;
  const { start, status } = store.get();
  store.set({ start: { ...start, camera: { ...start.camera, on: what !== "off" } }, status: { ...status, camera: told } });
}

/** The browser's own camera: frames go to the program, which reads them. */
export async function browserCamera() {
  if (stream) return stopBrowserCamera();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: FRAME_WIDTH_MAX } });
  } catch {
    return tellKey("bad", "page.equipment.no_browser_camera");
  }
  const film = document.createElement("video");
  film.muted = true;
  film.srcObject = stream;
  await film.play();
  store.set({ browserCamera: true });
  return look(film);
}

function stopBrowserCamera() {
  for (const track of stream.getTracks()) track.stop();
  stream = null;
  clearTimeout(timer);
  store.set({ browserCamera: false });
}

// One frame at a time: the next is taken only when the last has been answered.
async function look(film) {
  if (!stream) return;
  const { signedIn, locked } = store.get();
  const answer = signedIn && !locked ? await sendFrame(film) : null;
  if (answer?.say && isNews(answer)) shown(answer);
  timer = setTimeout(() => look(film), FRAME_MS);
}

// What stays in view is told once.
function isNews(answer) {
  const told = JSON.stringify([answer.reading?.kind, answer.reading?.text, answer.say]);
  const repeated = told === lastTold && Date.now() - lastToldAt < TOLD_FOR_MS;
  [lastTold, lastToldAt] = [told, Date.now()];
  return !repeated && Boolean(answer.reading || answer.order || answer.refund);
}

async function sendFrame(film) {
  if (!film.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = film.videoWidth;
  canvas.height = film.videoHeight;
  canvas.getContext("2d").drawImage(film, 0, 0);
  const data = canvas.toDataURL("image/jpeg", JPEG_QUALITY).split(",")[1];
  return change("/desk/frame", { data_base64: data }).catch(() => null);
}

/** For the preview: the running film, or null. */
export function film() {
  return stream;
}
