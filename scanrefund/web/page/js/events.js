// What the program tells by itself: camera readings, refunds that moved, how things stand.

import { booksMoved } from "./acts/books.js";
import { freshOrder, refresh, statusTold } from "./acts/fresh.js";
import { shown, takesCode } from "./acts/order.js";
import { moved } from "./acts/refund.js";
import { standAgain, tell } from "./acts/saying.js";
import { read } from "./server.js";
import { store } from "./store.js";

const AGAIN_MS = 2000;

let source = null;

/** Listen while somebody is signed in. The browser connects again by itself. */
export function follow(signedIn) {
  if (signedIn && !source) open();
  if (!signedIn && source) close();
}

function open() {
  source = new EventSource("/desk/events");
  const on = (name, told) => source.addEventListener(name, (event) => told(JSON.parse(event.data)));
  on("shown", fromCamera);
  on("refund", refundMoved);
  on("status", statusTold);
  on("camera", (camera) => store.set({ status: { ...store.get().status, camera } }));
  on("books", booksMoved);
  on("lock", () => store.set({ locked: true, customer: null, help: false }));
  source.addEventListener("open", caughtUp);
  source.addEventListener("error", () => lost(source));
}

// What moved while nobody listened - the line was cut, the page locked - is asked for.
function caughtUp() {
  store.set({ lost: false });
  const { receipt, detail } = store.get();
  const shown = new Set([receipt?.refund_id, detail?.refund_id].filter(Boolean));
  shown.forEach((refundId) => read(`/desk/refunds/${encodeURIComponent(refundId)}`).then(moved).catch(() => null));
  freshOrder();
  refresh();
}

// The browser connects again by itself, unless the program answered with a no: then it is asked who sits here.
function lost(broken) {
  store.set({ lost: true });
  if (broken.readyState === EventSource.CLOSED && broken === source) setTimeout(comeBack, AGAIN_MS, broken);
}

// Until that is known no other stream is opened.
async function comeBack(broken) {
  if (broken !== source) return;
  if (!(await standAgain())) return void setTimeout(comeBack, AGAIN_MS, broken);
  if (broken === source) close();
  follow(store.get().signedIn !== null && !store.get().locked);
}

function close() {
  source.close();
  source = null;
}

// The camera looks all the time: what it sees while a question is open is no answer to it.
function fromCamera(answer) {
  const { locked, sending, approving, dialog, help, screen, reading } = store.get();
  if (locked || sending || approving || (dialog && !takesCode()) || help || screen !== "refund") return;
  if (answer.reading && reading && answer.reading.id === reading.id) return;
  shown(answer);
}

function refundMoved(receipt) {
  moved(receipt);
  const { order, receipt: onPage } = store.get();
  if (order?.order_id === receipt.order_id && !onPage) freshOrder();
  if (receipt.tone === "person") tell("bad", receipt.headline, "person");
  refresh();
}
