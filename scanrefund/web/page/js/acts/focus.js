// Where the cursor goes when an act asks for it.

/** The scan box, or any field, by the name it has in `data-field`. */
export function focusOn(field) {
  queueMicrotask(() => document.querySelector(`[data-field="${field}"]`)?.focus());
}
