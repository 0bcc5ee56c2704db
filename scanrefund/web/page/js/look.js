// Light or dark: the dark colours stand in a sheet of their own, and its `media` says when they count.

const COUNTS = { auto: "(prefers-color-scheme: dark)", dark: "all", light: "not all" };

export function look(theme) {
  const sheet = document.getElementById("dark");
  if (sheet.media !== COUNTS[theme]) sheet.media = COUNTS[theme];
}
