// The books: a day is reconciled behind the page, looked at, signed; the book is walked. Only for who may read them.

import { change, read } from "../server.js";
import { store } from "../store.js";
import { may } from "../place.js";
import { halfWidth } from "../words.js";
import { proofOf } from "./secret.js";
import { asking, tell, tellKey } from "./saying.js";

export async function openBooks() {
  if (!may(store.get(), "books.read")) return tellKey("warn", "page.books.not_yours");
  const books = await asking(() => read("/desk/books"));
  if (books) store.set({ screen: "books", detail: null, dialog: null, message: null, books, bookDay: books.run?.day ?? books.last_day });
  return null;
}

/** Something moved: whoever looks at the books asks what. */
export async function booksMoved() {
  if (store.get().screen !== "books" || store.get().locked) return;
  const books = await read("/desk/books").catch(() => null);
  if (books) store.set({ books });
}

/** Enter: the day that is typed. From its field the cursor goes to the title: the letters are keys again. */
export async function reconcileDay() {
  const books = await asking(() => change("/desk/books/reconcile", { day: halfWidth(store.get().bookDay) }));
  if (!books) return;
  took(books);
  document.querySelector(".books h1")?.focus();
}

export async function auditBook() {
  const books = await asking(() => change("/desk/books/audit"));
  if (!books) return;
  took(books);
  if (books.walking) tellKey("none", "page.books.walking");
}

export function openSignDay() {
  const { books } = store.get();
  if (books.reconciled?.signable) store.set({ message: null, dialog: { kind: "sign_day", runId: books.run.run_id, approver: null } });
}

/** Signed is what the page shows: the run's number goes with it. */
export async function signDay() {
  const { dialog } = store.get();
  const approval = proofOf(dialog);
  if (!approval) return null;
  const books = await asking(() => change("/desk/books/sign", { run_id: dialog.runId, approval }));
  if (!books) return null;
  store.set({ dialog: null });
  took(books);
  return tellKey("good", "page.books.signed");
}

function took(books) {
  store.set({ books, message: null });
  if (books.run?.fault) tell("bad", books.run.say);
}
