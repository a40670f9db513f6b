// The camera and its pictures: the rear one first, a choice where there are several, its light where it has one.

const KEY = "vialcheck-scan-camera";
const LARGEST = 1280; // px: a whole picture is not looked at larger than that
const ENLARGED = 1152; // px: the side of the enlarged middle
const TARGET = 0.8; // how much of the picture's shorter side is looked at closely; the frame on screen is 0.7

// The stream of a camera, by its id or the rear one. Throws what getUserMedia throws.
function open(id) {
  const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
  const which = id ? { deviceId: { exact: id } } : { facingMode: { ideal: "environment" } };
  return navigator.mediaDevices.getUserMedia({ video: { ...which, ...size }, audio: false });
}

export class Camera {
  constructor(video) {
    this.video = video;
    this.stream = null;
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true, alpha: false });
    this.turn = 0;
  }

  get track() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  get running() {
    return this.track?.readyState === "live";
  }

  async start(id = localStorage.getItem(KEY)) {
    this.stop();
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotSupportedError");
    try {
      this.stream = await open(id);
    } catch (error) {
      if (!id || error.name === "NotAllowedError") throw error;
      this.stream = await open(null); // the chosen one is gone
    }
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  choose(id) {
    localStorage.setItem(KEY, id);
    return this.start(id);
  }

  // All cameras, as [id, name]; names are known once one was allowed.
  async choices() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((each) => each.kind === "videoinput").map((each) => [each.deviceId, each.label]);
  }

  get id() {
    return this.track?.getSettings().deviceId ?? "";
  }

  get hasLight() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  light(on) {
    return this.track.applyConstraints({ advanced: [{ torch: on }] });
  }

  // The next picture, or null before the first one. In turns what is in the frame, its middle enlarged for small
  // codes, and all there is, for those who hold the code beside the frame.
  picture() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return null;
    this.turn = (this.turn + 1) % 3;
    const frame = Math.round(Math.min(width, height) * TARGET);
    const middle = Math.min(frame, ENLARGED / 2);
    if (this.turn === 1) return this.take(frame, frame, 1, true);
    if (this.turn === 2) return this.take(middle, middle, 2, true);
    const scale = Math.min(1, LARGEST / Math.max(width, height));
    return this.take(width, height, scale, scale > 0.7); // what is made much smaller loses its grain by that
  }

  // The middle of the picture, `width` by `height`, at a scale. `grainy`: the reader takes the grain out first.
  take(width, height, scale, grainy) {
    const { canvas, context, video } = this;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const left = (video.videoWidth - width) / 2;
    const top = (video.videoHeight - height) / 2;
    context.drawImage(video, left, top, width, height, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return { pixels: data.buffer, width: canvas.width, height: canvas.height, scale, grainy };
  }
}
