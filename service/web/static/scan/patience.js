// A signal that gives up after so many milliseconds; `AbortSignal.timeout` is missing before Safari 16.
export function patience(milliseconds) {
  if (AbortSignal.timeout) return AbortSignal.timeout(milliseconds);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}
