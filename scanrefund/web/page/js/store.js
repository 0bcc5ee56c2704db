// What the page knows, in one place. A change is a new value; who listens is told once per turn of the loop.

/** `get()` the state, `set(patch)` what changes, `listen(told)` to be told afterwards. */
export function createStore(first) {
  let state = first;
  let waiting = false;
  const listeners = [];

  function tell() {
    waiting = false;
    for (const told of listeners) told(state);
  }

  return {
    get: () => state,
    set(patch) {
      state = { ...state, ...patch };
      if (waiting) return;
      waiting = true;
      queueMicrotask(tell);
    },
    listen: (told) => listeners.push(told),
  };
}

/** A refund being made: forgotten as a whole when the next customer comes. */
export const NO_WORK = {
  order: null,
  orders: [],
  amountText: "",
  amountTaken: false,
  reason: null,
  note: "",
  contact: "",
  applicant: "",
  reading: null,
  readAt: 0,
  noCode: false,
  check: null,
  checking: false,
  agreed: false,
  typed: "",
  sending: false,
  repeated: 0,
  approving: false,
  receipt: null,
};

export const FIRST = {
  ...NO_WORK,
  start: null,
  words: {},
  language: "zh-Hans",
  theme: "auto",
  muted: false,
  voice: false,
  signedIn: null,
  workBy: null,
  locked: false,
  staff: [],
  chosen: null,
  signInSaid: null,
  lockedUntil: null,
  screen: "refund",
  message: null,
  hushed: false,
  dialog: null,
  customer: null,
  help: false,
  queue: { approvals: [], held: [], open: [] },
  // Null until the program has told them.
  refunds: null,
  query: "",
  openOnly: false,
  picked: 0,
  marked: [],
  books: null,
  bookDay: "",
  detail: null,
  signature: null,
  signed: null,
  lastAmount: null,
  status: null,
  checks: null,
  lost: false,
  browserCamera: false,
  training: null,
  customerSaid: "",
  now: Date.now(),
};

export const store = createStore(FIRST);
