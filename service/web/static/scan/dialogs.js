// Opens and closes the dialogs of the station, with what browsers lack or do wrong.

// The elements that lie beside `element` and beside each of its ancestors: all of the page but the dialog itself.
function* surroundings(element) {
  for (let inner = element; inner !== document.body; inner = inner.parentElement) {
    for (const each of inner.parentElement.children) if (each !== inner) yield each;
  }
}

export function isOpen(dialog) {
  return dialog.hasAttribute("open");
}

// Modal. Without `showModal` (Safari before 15.4, Firefox before 98) the style sheet lays the dialog over the page,
// and the rest of the page is made inert.
export function openDialog(dialog) {
  if (isOpen(dialog)) return;
  if (typeof dialog.showModal === "function") {
    dialog.showModal();
    return;
  }
  dialog.setAttribute("open", "");
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  for (const each of surroundings(dialog)) each.setAttribute("inert", "");
  dialog.querySelector("[autofocus]")?.focus();
}

// Closes, and lets go of the focus. Chromium gives it back to the field that had it before; where the dialog was left
// by mouse or touch, that field then shows the focus and gets none of the keys until it has lost it once.
export function closeDialog(dialog, returnValue = "") {
  if (typeof dialog.close === "function") dialog.close(returnValue);
  else {
    dialog.removeAttribute("open");
    dialog.returnValue = returnValue;
    for (const each of surroundings(dialog)) each.removeAttribute("inert");
    dialog.dispatchEvent(new Event("close"));
  }
  document.activeElement?.blur();
}
