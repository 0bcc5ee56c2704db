// The one way to the desk's program on this computer. Nothing here knows of any other address.

const WAIT_MS = 12000;
const REFUND_WAIT_MS = 45000;
const PAYING = /^\/desk\/(refund|orders\/(cancel|adjust))$/;

/** The program said no, with a sentence for people. */
export class Refused extends Error {
  constructor(status, told) {
    super(told.fault ?? String(status));
    this.status = status;
    this.told = told;
  }
}

/** The program did not answer, so nobody knows whether it was asked. */
export class Lost extends Error {}

let csrf = "";

/** The token that every change carries; it comes with `start` and with each sign-in. */
export function keepToken(token) {
  if (token) csrf = token;
}

export function read(path) {
  return call(path, { method: "GET" }, WAIT_MS);
}

export function change(path, body = {}) {
  const wait = PAYING.test(path) ? REFUND_WAIT_MS : WAIT_MS;
  const headers = { "Content-Type": "application/json", "X-Csrf-Token": csrf };
  return call(path, { method: "POST", headers, body: JSON.stringify(body) }, wait);
}

async function call(path, asked, wait) {
  const answer = await reached(path, { ...asked, cache: "no-store", signal: AbortSignal.timeout(wait) });
  const told = await answer.json().catch(() => null);
  if (answer.ok && told !== null) return told;
  if (told === null) throw new Lost();
  throw new Refused(answer.status, told);
}

async function reached(path, asked) {
  try {
    return await fetch(path, asked);
  } catch {
    throw new Lost();
  }
}
