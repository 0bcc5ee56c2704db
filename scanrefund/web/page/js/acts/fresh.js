// What the program knows by now: the queue and how things stand, and the order on the page.

import { change, read } from "../server.js";
import { overdue } from "../place.js";
import { play } from "../sound.js";
import { store } from "../store.js";
import { asking } from "./saying.js";

// Of two looks at once the later one counts, whichever is answered first.
let looks = 0;
let told = 0;
let heard = 0;

/** In the background: what goes wrong here is told by the next thing the clerk does. */
export async function refresh() {
  const { signedIn, locked } = store.get();
  if (!signedIn || locked) return;
  const mine = (looks += 1);
  const [queue, status] = await Promise.all(["/desk/queue", "/desk/status"].map((path) => read(path).catch(() => null)));
  if (mine < told) return;
  told = mine;
  const late = overdue(store.get()).length;
  if (queue) store.set({ queue });
  if (overdue(store.get()).length > late) play("person", store.get().muted);
  if (status && mine > heard) store.set({ status });
}

/** What the program tells by itself is newer than the answer to any look that was begun before. */
export function statusTold(status) {
  heard = looks;
  store.set({ status });
}

/** The order's newest facts, after something moved. */
export async function freshOrder() {
  const { order } = store.get();
  if (!order) return;
  const found = await asking(() => change("/desk/order", { number: order.order_id }));
  if (found?.order && store.get().order?.order_id === found.order.order_id) store.set({ order: found.order });
}
