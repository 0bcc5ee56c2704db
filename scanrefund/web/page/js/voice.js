// A voice for who does not look. Only a voice of this computer: what is said never leaves it.

let last = "";

function ours(language) {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  const local = voices.filter((one) => one.localService);
  const tag = language === "en" ? "en" : language === "zh-Hant" ? "zh-TW" : "zh-CN";
  return local.find((one) => one.lang.replace("_", "-") === tag) ?? local.find((one) => one.lang.startsWith(tag.slice(0, 2))) ?? null;
}

/** Whether this computer has a voice of its own for the language. */
export function hasVoice(language) {
  return ours(language) !== null;
}

/** Say it, unless the voice is off; the same sentence twice in a row is a new one. */
export function say(text, { voice, language }) {
  const speaker = voice ? ours(language) : null;
  if (!speaker || !text) return;
  last = text;
  const words = new SpeechSynthesisUtterance(text);
  words.voice = speaker;
  words.lang = speaker.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}

/** What was said last; for whoever tests it. */
export function saidLast() {
  return last;
}
