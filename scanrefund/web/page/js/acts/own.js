// A field that belongs to a question only: what stands in it is read when it is answered, and kept nowhere.

/** What stands in it, without blanks around; empty where there is no such field. */
export function own(name) {
  return document.querySelector(`[data-own='${name}']`)?.value.trim() ?? "";
}
