// The practice counter: who practises, which exercise, what the customer shows, how it went.

import { change, keepToken, read } from "../server.js";
import { play } from "../sound.js";
import { NO_WORK, store } from "../store.js";
import { focusOn } from "./focus.js";
import { shown } from "./order.js";
import { own } from "./own.js";
import { entered } from "./people.js";
import { asking } from "./saying.js";

/** Somebody begins to practise under a name; there is no secret in training. */
export async function join() {
  const name = own("trainee");
  if (!name) return null;
  const told = await asking(() => change("/desk/training/join", { name }));
  if (!told) return null;
  keepToken(told.csrf);
  entered(told.signed_in);
  return openTraining();
}

export async function openTraining() {
  const training = await asking(() => read("/desk/training"));
  if (training) store.set({ ...NO_WORK, training, screen: "training", detail: null, dialog: null, picked: next(training) });
}

// The first that has not been passed yet.
function next(training) {
  const open = training.exercises.findIndex((one) => !one.best?.passed);
  return Math.max(open, 0);
}

export async function begin(name) {
  const training = await asking(() => change("/desk/training/begin", { exercise: name }));
  if (!training) return;
  store.set({ ...NO_WORK, training, customerSaid: "", screen: "refund", message: null, dialog: null, customer: null, help: false });
  focusOn("scan");
}

export function beginPicked() {
  const { training, picked } = store.get();
  return begin(training.exercises[picked].name);
}

/** What the made-up customer holds out is read as a scanner would read it. */
export async function customerShows() {
  if (!store.get().training?.now || store.get().sending) return;
  const told = await asking(() => change("/desk/training/show"));
  if (!told) return;
  store.set({ customerSaid: told.say });
  shown(told.shown);
}

/** Done, says the clerk; the books say how well. */
export async function end() {
  if (!store.get().training?.now) return;
  const told = await asking(() => change("/desk/training/end"));
  if (!told) return;
  const dialog = { kind: "judged", judgement: told.judgement };
  store.set({ ...NO_WORK, training: told.training, screen: "training", picked: next(told.training), dialog, customer: null, help: false, message: null });
  play(told.judgement.passed ? "good" : "bad", store.get().muted);
}

export function again() {
  return begin(store.get().dialog.judgement.name);
}
