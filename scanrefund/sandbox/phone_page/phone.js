// The customer's phone. Asks once a second what is new; the code's digits are fetched only when tapped for.

const wallet = document.body.dataset.wallet;
const home = `/sandbox/phone/${wallet}`;
const POLL_MS = 1000;
const MESSAGE_MS = 15000;
const at = (id) => document.getElementById(id);

let codeIssuedAt = null;
let known = null;
let expiresAtMs = 0;

async function read(name) {
  const answer = await fetch(`${home}/${name}`, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
}

function turnCode(screen) {
  expiresAtMs = performance.now() + screen.expires_in_s * 1000;
  if (screen.issued_at === codeIssuedAt) return;
  codeIssuedAt = screen.issued_at;
  at("reveal").textContent = "点击查看付款码数字";
  // The minute makes a new address; the code itself never stands in one.
  for (const [id, name] of [["bars", "bars.png"], ["qr", "qr.png"]]) {
    at(id).src = `${home}/${name}?minute=${codeIssuedAt}`;
  }
}

function countDown() {
  const left = Math.max(0, (expiresAtMs - performance.now()) / 1000);
  at("seconds").textContent = Math.ceil(left);
  at("left").value = left;
}

function line(left, small, right) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.append(left);
  const note = document.createElement("small");
  note.textContent = small;
  name.append(note);
  item.append(name, right);
  return item;
}

function billLine(bill) {
  const link = document.createElement("a");
  link.href = `#bill/${encodeURIComponent(bill.order_id)}`;
  link.textContent = `订单 ${bill.order_id}`;
  const note = bill.returned ? `${bill.paid_at} · ${bill.in_full ? "已全额退款" : `已退款 ¥${bill.returned}`}` : bill.paid_at;
  return line(link, note, `-${bill.amount}`);
}

function listBills(bills) {
  at("none").hidden = bills.length > 0;
  at("list").hidden = bills.length === 0;
  at("list").replaceChildren(...bills.map(billLine));
}

function tellArrivals(arrivals) {
  const fresh = known === null ? [] : arrivals.filter((one) => !known.has(one.key));
  known = new Set(arrivals.map((one) => one.key));
  if (fresh.length === 0) return;
  const newest = fresh[0];
  const message = at("message");
  message.textContent = `退款到账通知：¥${newest.amount}，订单 ${newest.order_id}`;
  message.hidden = false;
  clearTimeout(tellArrivals.timer);
  tellArrivals.timer = setTimeout(() => { message.hidden = true; }, MESSAGE_MS);
  route();
}

async function showBill(orderId) {
  const path = `bill/${encodeURIComponent(orderId)}`;
  const bill = await read(`${path}.json`);
  at("amount").textContent = `-${bill.amount}`;
  at("state").textContent = bill.in_full ? "已全额退款" : bill.returned ? `已退款 ¥${bill.returned}` : "支付成功";
  at("theirs").textContent = bill.wallet_order_id;
  at("ours").textContent = bill.order_id;
  at("paid").textContent = bill.paid_at;
  at("billbars").src = `${home}/${path}/bars.png`;
  at("refunds").replaceChildren(...bill.refunds.map((one) => line("退款", one.at, `+${one.amount}`)));
}

async function route() {
  const [view, orderId] = (location.hash.slice(1) || "code").split("/");
  for (const section of document.querySelectorAll(".view")) section.hidden = section.id !== view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "bill" && orderId) await showBill(decodeURIComponent(orderId)).catch(() => { location.hash = "#bills"; });
}

async function reveal() {
  const code = await read("code.json");
  at("reveal").textContent = code.digits.replace(/(\d{4})(?=\d)/g, "$1 ");
}

async function poll() {
  try {
    const screen = await read("screen.json");
    turnCode(screen);
    listBills(screen.bills);
    tellArrivals(screen.arrivals);
  } catch {
    // A sandbox that is being restarted is asked again in a second.
  }
  setTimeout(poll, POLL_MS);
}

at("reveal").addEventListener("click", () => reveal().catch(() => {}));
addEventListener("hashchange", route);
setInterval(countDown, 250);
route();
poll();
