// Sentences, amounts and times as people read them. No sentence stands in the page's own code.

const FULL_WIDTH_STOPS = /[。．｡]/g;

/** `t("page.order.paid", {n: 3})` in the state's language; a missing sentence shows its key. */
export function speaker(state) {
  return (key, gaps = {}) => {
    const text = state.words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in gaps ? String(gaps[name]) : whole));
  };
}

/** Fen as yuan: `¥1,234.50`. */
export function yuan(fen) {
  if (fen === null || fen === undefined) return "—";
  const cents = String(Math.abs(fen) % 100).padStart(2, "0");
  const whole = String(Math.trunc(Math.abs(fen) / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "-" : ""}¥${whole}.${cents}`;
}

/** Fen as it is typed: `1234.50`. */
export function plainYuan(fen) {
  return `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;
}

/** What was typed as plain half-width text. */
export function halfWidth(text) {
  return text.replace(FULL_WIDTH_STOPS, ".").normalize("NFKC").trim();
}

/** Yuan as typed to whole fen, or null where it is no amount. */
export function fenOf(text) {
  const plain = halfWidth(text).replace(/^¥/, "").replace(/,/g, "");
  if (!/^\d{1,8}(\.\d{0,2})?$/.test(plain)) return null;
  const [whole, cents = ""] = plain.split(".");
  return Number(whole) * 100 + Number(cents.padEnd(2, "0"));
}

/** A moment by the shop's own clock, whatever this machine's is, in the reader's language. */
export function moment(iso, { language, start }) {
  if (!iso) return "—";
  const ahead = start.shop.utc_offset_h;
  // The zones of this family count the other way round.
  const timeZone = `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
  const options = { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone };
  return new Intl.DateTimeFormat(language, options).format(new Date(iso));
}

/** Seconds until (or since, when negative) a moment. */
export function secondsTo(iso, now) {
  return iso ? (Date.parse(iso) - now) / 1000 : 0;
}

/** A countdown: `0:42`; from an hour on `7:59:12`. */
export function clock(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  const two = (part) => String(part).padStart(2, "0");
  const minutes = Math.trunc(left / 60);
  if (minutes < 60) return `${minutes}:${two(left % 60)}`;
  return `${Math.trunc(minutes / 60)}:${two(minutes % 60)}:${two(left % 60)}`;
}

/** How old something is, in the largest unit that counts to two. */
export function age(seconds, t) {
  for (const [unit, size] of [["days", 86400], ["hours", 3600], ["minutes", 60]]) {
    if (seconds >= 2 * size) return t(`page.age.${unit}`, { n: Math.trunc(seconds / size) });
  }
  return t("page.age.seconds", { n: Math.max(0, Math.trunc(seconds)) });
}
