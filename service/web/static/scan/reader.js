// The worker that looks for codes. It is served as /scan/reader.js, with the only policy of this site that lets
// WebAssembly be compiled; its addresses are relative to that. A picture comes in, texts go out, nothing is kept.

import { prepareZXingModule, readBarcodes } from "../static/vendor/zxing-wasm/reader/index.js";
import { productCodes, textOf } from "../static/scan/codes.js";
import { smooth } from "../static/scan/smooth.js";

const WASM = new URL("../static/vendor/zxing-wasm/reader/zxing_reader.wasm", self.location.href).href;
const OPTIONS = {
  formats: ["DataMatrix", "QRCode", "Code128", "DataBar"],
  maxNumberOfSymbols: 8,
  returnErrors: true, // a code that is seen and not read: then one can say so
  textMode: "Plain",
};

// By default the library fetches its other half from a stranger's host.
const ready = prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
ready.then(() => postMessage({ ready: true }), () => postMessage({ broken: true }));

function sideOf({ topLeft, topRight, bottomLeft }) {
  const across = Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y);
  return Math.max(across, Math.hypot(bottomLeft.x - topLeft.x, bottomLeft.y - topLeft.y));
}

async function look(data) {
  const pixels = new Uint8ClampedArray(data.pixels);
  if (data.grainy) smooth(pixels, data.width, data.height);
  const image = new ImageData(pixels, data.width, data.height);
  const found = await readBarcodes(image, OPTIONS);
  const read = found.filter((each) => each.isValid);
  const unreadable = found.filter((each) => !each.isValid && each.format !== "Code128");
  const unread = unreadable.map((each) => sideOf(each.position) / data.scale);
  const texts = read.map((each) => textOf(each.symbologyIdentifier, each.bytes));
  return { texts: productCodes([...new Set(texts)]), unread };
}

// There is an answer to every picture: the next one is sent when it comes.
onmessage = ({ data }) => look(data).then(postMessage, () => postMessage({ texts: [], unread: [] }));
