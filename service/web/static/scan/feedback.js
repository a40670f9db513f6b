// A sound and a tremble for each read, so that nobody needs to look up from the vials. Both can be switched off.

// Notes as [hertz, milliseconds]. A match rises, more to check knocks twice, already used falls, a stop is low and
// long: each is unlike all others, and so is what is felt.
const SOUNDS = {
  read: [[1400, 70]],
  accept: [[1400, 70], [1900, 120]],
  check: [[900, 120], [900, 120]],
  unknown: [[900, 120], [900, 120]],
  refused: [[500, 150], [500, 150]],
  again: [[1100, 90], [1100, 90], [1100, 90]],
  same: [[1100, 90], [1100, 90], [1100, 90]],
  used: [[1000, 160], [700, 160], [480, 160], [320, 400]],
  stop: [[220, 350], [180, 350], [220, 350], [180, 500]],
};
const TREMBLES = {
  read: [40], accept: [90], check: [60, 90, 60], unknown: [60, 90, 60], refused: [250],
  again: [30, 40, 30, 40, 30], same: [30, 40, 30, 40, 30],
  used: [200, 80, 60, 80, 60, 80, 200], stop: [300, 100, 300, 100, 500],
};

// What is heard and felt for a name; neither where it has none.
export function signalOf(name) {
  return { sound: SOUNDS[name] ?? [], tremble: TREMBLES[name] ?? [] };
}

const KEY = "vialcheck-scan-mute";

export class Feedback {
  constructor() {
    this.muted = localStorage.getItem(KEY) === "1";
    // Browsers keep a page silent until it is touched or typed at.
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => this.wake(), { capture: true });
  }

  mute(muted) {
    this.muted = muted;
    localStorage.setItem(KEY, muted ? "1" : "0");
  }

  wake() {
    if (!window.AudioContext) return;
    this.audio ??= new AudioContext();
    if (this.audio.state === "suspended") this.audio.resume().catch(() => {});
  }

  give(name) {
    if (this.muted) return;
    const { sound, tremble } = signalOf(name);
    if (tremble.length && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(tremble);
    if (this.audio?.state !== "running") return;
    let at = this.audio.currentTime;
    for (const [pitch, length] of sound) {
      this.note(pitch, at, length / 1000);
      at += length / 1000 + 0.03;
    }
  }

  note(pitch, at, seconds) {
    const tone = this.audio.createOscillator();
    const volume = this.audio.createGain();
    tone.type = "square";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.2, at);
    volume.gain.linearRampToValueAtTime(0, at + seconds);
    tone.connect(volume).connect(this.audio.destination);
    tone.start(at);
    tone.stop(at + seconds);
  }
}
