// Small drawings. They only underline what the words beside them say.

import { svg } from "../h.js";

const PATHS = {
  good: "M5 13l5 5L20 7",
  bad: "M6 6l12 12M18 6L6 18",
  open: "M12 6v6l4 3M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18",
  unknown: "M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.2-1.5 2.3M12 18v.5",
  person: "M12 11a3.5 3.5 0 1 0 0-7a3.5 3.5 0 0 0 0 7M5 20c.6-4 3.4-6 7-6s6.4 2 7 6",
  wait: "M7 4h10M7 20h10M8 4c0 5 3.5 6 4 8c-.5 2-4 3-4 8M16 4c0 5-3.5 6-4 8c.5 2 4 3 4 8",
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16",
  amber: "M12 4L3 19.5h18zM12 10v4M12 16.7v.4",
  skipped: "M6 12h12",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  receipt: "M6 3h12v18l-3-2l-3 2l-3-2l-3 2zM9 8h6M9 12h6",
  bars: "M4 6v12M7.5 6v12M10 6v12M13.5 6v12M16 6v12M20 6v12",
  keys: "M4 6h16v12H4zM7 9.5h.5M11 9.5h.5M15 9.5h.5M8 14.5h8",
  picture: "M4 5h16v14H4zM4 16l5-5l4 4l3-3l4 4M15 9h.5",
};

export function drawing(name) {
  return svg(
    "svg", { class: `drawing drawing-${name}`, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] ?? PATHS.unknown, pathLength: "100" }),
  );
}

/** The ring that empties: `share` of the code's life is left, `seconds` stand in its middle. */
export function ring(share, seconds, amber) {
  const circle = (kind, offset) => svg("circle", { class: kind, cx: 50, cy: 50, r: 44, pathLength: "100", "stroke-dashoffset": offset });
  return svg(
    "svg", { class: amber ? "ring amber" : "ring", viewBox: "0 0 100 100", "aria-hidden": "true" },
    circle("ring-track", 0), circle("ring-left", 100 - Math.max(0, Math.min(1, share)) * 100),
    svg("text", { x: 50, y: 61, "text-anchor": "middle", class: "ring-seconds" }, String(Math.max(0, Math.floor(seconds)))),
  );
}
