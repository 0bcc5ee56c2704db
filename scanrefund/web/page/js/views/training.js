// The practice counter: the ten exercises, the task while one runs, how it went.

import { h } from "../h.js";
import { secondsTo } from "../words.js";
import { drawing } from "./drawings.js";
import { badge, button, key, message } from "./pieces.js";
import { practiceDoor } from "./practice.js";

export function training(state, t) {
  return h(
    "main", { class: "list training", key: "training" },
    h("header", {}, h("h1", { tabindex: -1, focus: true }, t("page.training.title")), h("p", {}, t("page.training.text"))),
    message(state),
    h("div", { class: "practice" },
      h("section", { class: "card", "aria-label": t("page.training.title") }, h("ol", { class: "rows exercises" }, state.training.exercises.map((one, number) => exercise(state, t, one, number)))),
      h("section", { class: "card", "aria-label": t("page.training.results") }, h("h2", {}, t("page.training.results")), results(state, t))),
    practiceDoor(state, t),
  );
}

function exercise(state, t, one, number) {
  const tone = one.best ? (one.best.passed ? "tone-good" : "tone-bad") : "";
  return h(
    "li", { key: one.name },
    h("button", { type: "button", class: `row ${tone}`, act: "beginExercise", arg: one.name, "aria-current": number === state.picked ? "true" : null },
      h("span", { class: "head" }, h("strong", {}, key(String((number + 1) % 10)), " ", one.title), bestOf(one, t)),
      h("span", { class: "more" }, h("span", {}, t("page.training.par", { s: one.par_s })))),
  );
}

function bestOf(one, t) {
  if (!one.best) return h("span", {}, t("page.training.none_yet"));
  const words = t("page.training.best", { score: one.best.score, s: one.best.took_s });
  return badge(one.best.passed ? words : t("page.training.not_passed"), one.best.passed ? "good" : "bad");
}

function results(state, t) {
  const columns = ["who", "done", "points", "time"];
  return h(
    "table", { class: "standings" },
    h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, t(`page.training.${name}`))))),
    h("tbody", {}, state.training.results.map((one) => h("tr", { key: one.name },
      h("th", { scope: "row" }, one.name), h("td", {}, `${one.passed}/${one.of}`), h("td", {}, one.score), h("td", {}, one.took_s)))),
  );
}

/** Above every screen while an exercise runs: the customer's wish, his last words, the seconds. */
export function task(state, t) {
  const now = state.training?.now;
  if (!now || !state.signedIn || state.locked) return null;
  const seconds = Math.max(0, Math.floor(-secondsTo(now.begun_at, state.now)));
  return h(
    "section", { class: "task", key: "task", "aria-label": t("page.training.task") },
    h("div", {}, h("p", { class: "wish" }, h("strong", {}, now.title), " ", now.task), h("p", { class: "held", role: "status" }, state.customerSaid)),
    h("span", { class: "countdown", "aria-live": "off" }, t("page.training.seconds", { s: seconds })),
    h("div", { class: "buttons" },
      button(t("page.training.show"), "customerShows", { keys: "F11" }), button(t("page.training.end"), "endExercise", { keys: "F12", kind: "main" })),
  );
}

export function judged(state, t) {
  const { judgement } = state.dialog;
  const tone = judgement.passed ? "good" : "bad";
  return h(
    "div", { class: "veil", key: "judged" },
    h("div", { class: `card dialog judged tone-${tone}`, role: "dialog", "aria-modal": "true", "aria-labelledby": "judged-title" },
      h("div", { class: "verdict" }, drawing(tone), h("h2", { id: "judged-title", tabindex: -1, focus: true }, t(judgement.passed ? "page.training.judged_passed" : "page.training.judged_not_passed", { title: judgement.title }))),
      h("p", { class: "figures" }, t("page.training.score", { score: judgement.score })),
      h("p", {}, t("page.training.took", { s: judgement.took_s, par: judgement.par_s })),
      judgement.missed ? h("p", { class: "said bad" }, judgement.missed) : null,
      judgement.mistakes.length ? h("div", {}, h("h3", {}, t("page.training.mistakes")), h("ul", { class: "mistakes" }, judgement.mistakes.map((one) => h("li", {}, one)))) : null,
      h("p", { class: "lesson" }, h("strong", {}, t("page.training.lesson")), " ", judgement.lesson),
      h("div", { class: "buttons" }, button(t("page.training.next"), "closeDialog", { keys: "Enter", kind: "main" }), button(t("page.training.again"), "againExercise"))),
  );
}

/** At the door: who practises, and the PIN that everybody has here. */
export function trainee(state, t) {
  return [
    h("p", { class: "practicepin" }, t("page.training.pin", { pin: state.start.training.pin })),
    h("label", { class: "field", key: "trainee" }, h("span", {}, t("page.training.join")),
      h("input", { type: "text", "data-own": "trainee", autocomplete: "off", maxlength: 40, focus: true })),
    button(t("page.training.begin"), "signIn", { keys: "Enter", kind: "main" }),
  ];
}
