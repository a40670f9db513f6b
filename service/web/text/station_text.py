"""The sentences of the scan station. Its page carries them to its scripts, which hold none of their own.

`{gaps}` are filled in the browser.
"""

from collections.abc import Mapping
from gettext import NullTranslations

from service.web.text.formatting import N_

CHOICES: Mapping[str, str] = {
    "aside": N_("Set aside, marked “do not use”"),
    "returned": N_("Goes back to the supplier"),
    "mistake": N_("Not this vial: scanned by mistake"),
}
"""What can happen to a vial that stopped the run."""

WORDS: Mapping[str, str] = {
    # one word for the colour and the shape of a line
    "word_accept": N_("Matches the record"),
    "word_check": N_("Check more"),
    "word_unknown": N_("No records held"),
    "word_quarantine": N_("Hold it"),
    "word_reject": N_("Do not use"),
    "word_used": N_("Used before"),
    "word_waiting": N_("Not checked yet"),
    "word_refused": N_("Cannot be read"),
    "word_same": N_("Already on the list"),
    "word_half": N_("Now scan its box"),
    "half_reason": N_("The vial is read and not checked yet."),
    "half_alone": N_("The box has no code: check the vial alone"),
    "half_again_word": N_("The vial's code again"),
    "half_again_reason": N_("Scan the code on the box. Does the box carry the very same code?"),
    "half_same": N_("Yes, the box carries the same code"),
    "pair_box": N_("On the box: {box}"),
    "pair_differs": N_("Not the same"),
    "pair_nothing": N_("Not given"),
    "waiting_reason": N_("Kept here, and sent as soon as the service can be reached."),
    # what the pack is
    "pack_lot": N_("lot {lot}"),
    "pack_serial": N_("serial {serial}"),
    "pack_expiry": N_("expiry {expiry}"),
    # the same number again
    "again_word": N_("Already on the list: line {number}"),
    "again_reason": N_(
        "If it is the same pack, just go on. If you hold another pack, two packs carry one number."
    ),
    "again_other": N_("It is another pack"),
    "scanned_again": N_("Scanned {count} times in this delivery."),
    "twin_of": N_("Another pack carries the same number: line {number}. Hold both."),
    "same_as": N_("The same number as line {number}: the same pack, or a second one with its number."),
    "title_used": N_("Used before: hold this vial. Do not use it"),
    "title_twin": N_("Hold both packs. They carry one number"),
    # what happens to it
    "done": N_("{choice}, {time}."),
    "scan_missed": N_("That scan was not taken. Say first what happens to this vial, then scan it again."),
    "choice_needed": N_("Choose what happens to the vial."),
    **{f"choice_{name}": text for name, text in CHOICES.items()},
    # the whole list
    "count_all": N_("Scanned: {count}"),
    "count_accept": N_("Matching the record: {count}"),
    "count_same": N_("On the list twice: {count}"),
    "count_look": N_("To look at: {count}"),
    "count_stop": N_("Not to be used: {count}"),
    "count_waiting": N_("Not checked yet: {count}"),
    "printed": N_("Printed on {moment}"),
    # on record as a delivery
    "receive_nothing": N_("There is nothing in the list that could be recorded."),
    "receive_waiting": N_("Some scans are not checked yet. Wait until they are, then try again."),
    "receive_unread": N_(
        "Lines that could not be read will not be recorded: {count}. Type their lot numbers, or press again."
    ),
    "receive_sign_in": N_("Sign in again, then come back: the list stays on this device."),
    "receive_failed": N_("The delivery could not be recorded. The list stays on this device. Try again."),
    # the camera
    "hint_frame": N_("Hold the code inside the frame."),
    "hint_closer": N_("Come closer, until the code fills the frame."),
    "hint_still": N_("A code is seen. Hold it still, and give it more light."),
    "hint_one": N_("Show one code alone: first the vial, then its box."),
    "hint_read": N_("Read. Show the next one."),
    "light_on": N_("Switch the light on"),
    "light_off": N_("Switch the light off"),
    "sound_on": N_("Switch the sound on"),
    "sound_off": N_("Switch the sound off"),
    "camera_number": N_("Camera {number}"),
    "camera_denied": N_(
        "The camera is blocked. Allow it in the settings of this browser, or take a photo instead."
    ),
    "camera_missing": N_("No camera was found. Take a photo, or use a scanner."),
    "camera_busy": N_("The camera cannot be used now: another program may have it. Or take a photo instead."),
    "camera_insecure": N_(
        "The camera works only where the address begins with https. Take a photo, or use a scanner."
    ),
    "reader_missing": N_("The camera's code reader could not be loaded. Take a photo, or use a scanner."),
    # a photo
    "photo_reading": N_("Reading the photo…"),
    "photo_empty": N_("No product code was found in this photo. Closer, brighter, and straight from above."),
    "photo_not_sent": N_("The photo could not be sent. Use the camera or a scanner, or try again later."),
    "photo_one": N_("This photo shows several codes. Photograph one: first the vial, then its box."),
    # the page
    "offline": N_(
        "The service cannot be reached. Scan on: scans are kept here, not checked yet, and are sent later."
    ),
    "no_offline": N_("Without a network this page will not open again on this device. Keep it open."),
    "no_store": N_(
        "This browser keeps nothing for this page, so no list can be made here. Check one vial at a time."
    ),
    "not_kept": N_("The last scan could not be kept on this device. Write it down, and free some room."),
    "other_page": N_("The list is open in another window. Close it there to go on here."),
    # the file
    "file_name": N_("delivery"),
    "column_line": N_("Line"),
    "column_scanned_at": N_("Scanned at"),
    "column_result": N_("Result"),
    "column_reason": N_("Reason"),
    "column_product": N_("Product"),
    "column_manufacturer": N_("Manufacturer"),
    "column_gtin": N_("Product number (GTIN)"),
    "column_lot": N_("Lot number"),
    "column_serial": N_("Serial number"),
    "column_expiry": N_("Expiry date"),
    "column_remark": N_("Remark"),
    "column_done": N_("What happened to it"),
    "column_note": N_("Note"),
    "column_checked_at": N_("Checked at"),
    "column_check": N_("Number of the check"),
    "column_text": N_("Scanned text"),
    "column_box_text": N_("Scanned text of the box"),
}


def page_words(tr: NullTranslations) -> dict[str, str]:
    """Every sentence by its name, in the language of `tr`."""
    return {name: tr.gettext(text) for name, text in WORDS.items()}
