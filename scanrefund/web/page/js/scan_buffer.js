// A barcode scanner is a very fast typist. Keys are gathered until 250 ms of silence, or Enter or Tab, and only
// then judged: a burst becomes a scan and the field it landed in gets its old text back; the rest was a person.
// Times are the events' own (when the key went down), so that a busy page cannot make a scanner look slow.

const SILENCE_MS = 250;
const SCANNER_GAP_MS = 45;
const SURE_LENGTH = 12;
const SHORT_LENGTH = 5;
// What follows a scan's own Enter so soon is the scanner's second suffix (CR LF), not a person.
const SUFFIX_MS = 120;

const NUMBER = /^[0-9]+$/;
const CODE_LIKE = /^[\x21-\x7e]+$/;

/** Is this run of keys a scanner's? `field` is what it landed in: "", "scan", "number", "text" or "reason". */
export function isScan(text, meanGapMs, field) {
  const fast = meanGapMs < SCANNER_GAP_MS;
  const long = text.length >= SURE_LENGTH;
  if (field === "text" || field === "reason") return long && (NUMBER.test(text) || (fast && CODE_LIKE.test(text)));
  if (field === "scan") return fast && text.length >= SHORT_LENGTH;
  return long || (fast && text.length >= SHORT_LENGTH);
}

/** Listens to a window. `on` has: scan(text), hint(key) → undo or null, key(key), typed(text). */
export class ScanBuffer {
  #on;
  #run = null;
  #timer = 0;
  #swallowUntil = 0;

  constructor(target, on) {
    this.#on = on;
    target.addEventListener("keydown", (event) => this.#down(event), { capture: true });
    target.addEventListener("beforeinput", (event) => this.#wide(event), { capture: true });
  }

  // An input method in full-width mode tells no keys, only the text it puts in.
  #wide(event) {
    const field = fieldOf(event.target);
    if (field === "" || event.isComposing || event.inputType !== "insertText" || !event.data) return;
    if (event.data.normalize("NFKC") === event.data) return;
    const run = this.#continued(event) ?? this.#begin(event, field);
    run.text += event.data;
    this.#wait(run, event);
  }

  #down(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === "Tab") this.#suffix(event);
    else if (event.key.length === 1) this.#gather(event);
  }

  #gather(event) {
    const field = fieldOf(event.target);
    // A held key is a person's; a space or an arrow belongs to the button or list it is pressed on.
    if (event.repeat || (event.key === " " && this.#run === null && field === "")) return;
    if (field === "") event.preventDefault();
    const run = this.#continued(event) ?? this.#begin(event, field);
    run.text += event.key;
    if (field === "" && run.text.length === 1) run.undo = this.#on.hint(event.key);
    else if (run.text.length === 2) run.undo = void run.undo?.();
    this.#wait(run, event);
  }

  // A busy page ends a run late: the silence is told by the times of the keys, too.
  #continued(event) {
    if (this.#run !== null && event.timeStamp - this.#run.last >= SILENCE_MS) this.#end();
    return this.#run;
  }

  #wait(run, event) {
    run.last = event.timeStamp;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), SILENCE_MS);
  }

  #begin(event, field) {
    const input = field === "" ? null : event.target;
    this.#run = { text: "", first: event.timeStamp, last: 0, undo: null, field, input, before: input?.value };
    return this.#run;
  }

  #suffix(event) {
    const scanned = this.#run !== null && this.#isScan();
    if (scanned || this.#isHasty() || event.timeStamp < this.#swallowUntil) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#swallowUntil = event.timeStamp + SUFFIX_MS;
    }
    this.#end();
  }

  // Too short to be told from a reason by what it says, too fast for a person: its Enter decides nothing.
  #isHasty() {
    return this.#run?.field === "reason" && this.#run.text.length >= SHORT_LENGTH && this.#gap() < SCANNER_GAP_MS;
  }

  #gap() {
    const { text, first, last } = this.#run;
    return (last - first) / Math.max(1, text.length - 1);
  }

  #isScan() {
    const { text, field } = this.#run;
    return isScan(text.normalize("NFKC"), this.#gap(), field);
  }

  #end() {
    clearTimeout(this.#timer);
    const run = this.#run;
    if (run === null) return;
    const scanned = this.#isScan();
    // On a busy page the silence may be over before the Enter or Tab that belongs to the scan is heard.
    if (scanned || this.#isHasty()) this.#swallowUntil = Math.max(this.#swallowUntil, run.last + SUFFIX_MS);
    this.#run = null;
    if (scanned) {
      if (run.input) restore(run.input, run.field === "scan" ? "" : run.before);
      this.#on.scan(run.text);
    } else if (run.field === "") this.#byHand(run.text);
  }

  #byHand(text) {
    if (text.length === 1) this.#on.key(text);
    else this.#on.typed(text);
  }
}

function restore(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function fieldOf(target) {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return "";
  if (["checkbox", "radio", "button"].includes(target.type)) return "";
  return target.dataset.kind ?? "text";
}
