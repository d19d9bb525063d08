/** The sound of an alert, made by the browser itself: off until somebody asks for it. */
import { IDS } from './ids.js';
import { byId, memory } from './dom.js';

// Two notes for most, four rising ones for what is severe: told apart without looking.
const NOTES = { plain: [[660, 0], [880, 0.16]], severe: [[660, 0], [880, 0.14], [1108, 0.28], [1320, 0.42]] };
const LENGTH_S = 0.13;
const VOLUME = 0.12;

/** Make the sound and tend its button. */
export function createSound() {
  let on = memory.get('alerts.sound', false) === true;
  let audio = null;

  function ready() {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') audio.resume();
    return audio;
  }

  function play(severe) {
    if (!on) return;
    const context = ready();
    for (const [pitch, after] of severe ? NOTES.severe : NOTES.plain) {
      const at = context.currentTime + 0.02 + after;
      const [tone, loudness] = [context.createOscillator(), context.createGain()];
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, at);
      loudness.gain.linearRampToValueAtTime(VOLUME, at + 0.02);
      loudness.gain.linearRampToValueAtTime(0, at + LENGTH_S);
      tone.connect(loudness).connect(context.destination);
      tone.start(at);
      tone.stop(at + LENGTH_S);
    }
  }

  function show() {
    const node = byId(IDS.alertsSound);
    if (!node || node.getAttribute('aria-pressed') === String(on) && node.title) return;
    node.setAttribute('aria-pressed', String(on));
    node.title = on ? 'Alerts sound. Press for silence.' : 'Alerts are silent. Press for sound.';
  }

  // Browsers let nothing sound before somebody has touched the page.
  for (const touch of ['pointerdown', 'keydown']) document.addEventListener(touch, () => on && ready(), { once: true, capture: true });

  return {
    play,
    show,
    toggle() {
      on = !on;
      memory.set('alerts.sound', on);
      show();
      play(false);
      return on;
    },
  };
}
