// Short tones, so that the clerk need not look. Made on the spot; nothing is loaded.

const TUNES = {
  scan: [[1320, 0, 0.06]],
  key: [[880, 0, 0.03]],
  good: [[660, 0, 0.12], [880, 0.12, 0.12], [1320, 0.24, 0.22]],
  open: [[660, 0, 0.16], [660, 0.24, 0.16]],
  wait: [[520, 0, 0.16], [660, 0.2, 0.16]],
  person: [[440, 0, 0.2], [520, 0.24, 0.2], [440, 0.48, 0.2]],
  bad: [[220, 0, 0.28], [165, 0.3, 0.34]],
  warn: [[330, 0, 0.14], [330, 0.2, 0.14]],
};
const LOUDNESS = 0.16;

let context = null;

/** Play one of the tunes, unless the page is muted or the browser has no sound. */
export function play(name, muted) {
  if (muted || !TUNES[name] || typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  context.resume().catch(() => {});
  for (const tone of TUNES[name]) sing(...tone);
}

function sing(hertz, after, length) {
  const from = context.currentTime + after;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(LOUDNESS, from + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.001, from + length);
  const tone = context.createOscillator();
  tone.frequency.value = hertz;
  tone.type = hertz < 300 ? "square" : "sine";
  tone.connect(gain).connect(context.destination);
  tone.start(from);
  tone.stop(from + length);
}
