// Nodes from values, and one tree made to look like another. Text goes in as text only, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const AS_DATA = new Set(["act", "arg", "field", "key", "focus", "place"]);

/** A node. `act`, `arg`, `field`, `key`, `focus` become data attributes; null and false are left out. */
export function h(tag, props, ...children) {
  return filled(document.createElement(tag), props, children);
}

/** A node of a drawing. */
export function svg(tag, props, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

function filled(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "value" || name === "checked") {
    node[name] = value;
    node.given = { ...node.given, [name]: value };
  } else if (AS_DATA.has(name)) {
    node.setAttribute(`data-${name}`, value === true ? "" : value);
  } else {
    node.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
  }
}

/** Make `old` look like `fresh`, keeping its nodes, and with them focus, selection and running pictures. */
export function morph(old, fresh) {
  attributes(old, fresh);
  given(old, fresh);
  children(old, fresh);
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// A field without a given value keeps what was typed into it.
function given(old, fresh) {
  for (const [name, value] of Object.entries(fresh.given ?? {})) {
    if (old[name] !== value && !old.composing) old[name] = value;
  }
}

function children(old, fresh) {
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const match = found(at, next);
    if (!match) {
      old.insertBefore(next, at);
      continue;
    }
    while (at !== match) at = removed(at);
    at = match.nextSibling;
    patch(match, next);
  }
  while (at) at = removed(at);
}

function removed(node) {
  const after = node.nextSibling;
  node.remove();
  return after;
}

function found(from, next) {
  if (keyOf(next) === null) return from && same(from, next) ? from : null;
  for (let node = from; node; node = node.nextSibling) if (same(node, next)) return node;
  return null;
}

function same(one, other) {
  return one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}

function keyOf(node) {
  return node.dataset?.key ?? null;
}

function patch(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
  } else morph(old, fresh);
}
