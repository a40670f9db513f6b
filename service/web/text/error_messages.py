"""One sentence for each way in which an input is refused: what is wrong, and what to do about it."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.errors import ErrorCode, InvalidFieldsError, VialcheckError, WaitError
from service.web.text.accounts.pin_errors import PIN_ERRORS
from service.web.text.formatting import N_, date_words, duration_words, field_name, visible
from service.web.text.stock_errors import STOCK_ERRORS
from service.web.text.temperature.log_errors import LOG_ERRORS

ERRORS: Mapping[ErrorCode, str] = {
    ErrorCode.EMPTY: N_("Enter the {field}."),
    ErrorCode.TOO_LONG: N_("The {field} is too long. Enter only what is printed on the product."),
    ErrorCode.BAD_CHARACTER: N_(
        "The {field} “{given}” has a character that no lot, serial or product number has."
        " Type it as you see it on the product, in plain letters and digits."
    ),
    ErrorCode.GTIN_LENGTH: N_(
        "The product number “{given}” does not have 8, 12, 13 or 14 digits. Count them once more."
    ),
    ErrorCode.GTIN_NOT_DIGITS: N_("The product number “{given}” has other characters than digits."),
    ErrorCode.GTIN_CHECK_DIGIT: N_(
        "The product number “{given}” has a mistake in it: its last digit does not fit the others."
        " Compare each digit with the product."
    ),
    ErrorCode.EXPIRY_UNREADABLE: N_(
        "“{given}” is not a date that we can read. Write it like 12/2027 or 2027-12-31."
    ),
    ErrorCode.EXPIRY_IMPOSSIBLE: N_("“{given}” is not a day in any calendar. Look at the date once more."),
    ErrorCode.EXPIRY_AMBIGUOUS: N_(
        "“{given}” can be read as two different dates. Write the month as a word, like 5 JUN 2027."
    ),
    ErrorCode.ELEMENT_STRING_INVALID: N_(
        "This code breaks off or has a part that does not belong there. Scan it again."
    ),
    ErrorCode.AI_UNKNOWN: N_(
        "This code has a part that we do not know. Scan it again, or type the lot number."
    ),
    ErrorCode.AI_VALUE_INVALID: N_(
        "One part of this code cannot be right: “{given}”. Scan it again, or type the lot number."
    ),
    ErrorCode.AI_REPEATED: N_("This code says the same thing twice, in two different ways. Scan it again."),
    ErrorCode.AI_COMBINATION: N_("This code has parts that do not go together. Scan it again."),
    ErrorCode.SYMBOLOGY_UNKNOWN: N_(
        "This kind of code does not name a medicine. Scan another code on the box, often a square of dots."
    ),
    ErrorCode.LINK_INVALID: N_(
        "This link is not a product link that we can read. Type the lot number instead."
    ),
    ErrorCode.LINK_WITHOUT_IDENTIFIER: N_("This link names no product. Type the lot number instead."),
    ErrorCode.LINK_COMPRESSED: N_(
        "This link is shortened in a way that we do not read. Type the lot number instead."
    ),
    ErrorCode.LINK_TYPE_ABSENT: N_("This product has no link of the type “{given}”."),
    ErrorCode.LINK_TARGET_INVALID: N_(
        "“{given}” cannot be the target of a link. It has to be a whole address that begins with https://, "
        "without a port and without spaces."
    ),
    ErrorCode.LINK_HOST_UNKNOWN: N_(
        "“{given}” is not one of the web servers that your organisation registered. Register it first."
    ),
    ErrorCode.LINK_CANNOT_CARRY: N_(
        "“{given}” cannot stand in a web address, where its slashes or dots would be read as something else."
        " Print a code that holds the number itself, not a link."
    ),
    ErrorCode.NOT_A_PRODUCT: N_("There is no product number and no lot number in it. Enter one of them."),
    ErrorCode.NOT_A_LOT: N_(
        "“{given}” is not a lot number. Type the lot as it is printed behind LOT, Batch or Ch.-B. If the vial"
        " has none, say so in the form."
    ),
    ErrorCode.SEVERAL_CODES: N_(
        "The codes of two packs came at once: {found}."
        " Check them one at a time, so that each gets its answer."
    ),
    ErrorCode.OTHER_CODE_SYSTEM: N_(
        "This is a code of another system ({found}), which names no lot that we can look up. Scan the GS1"
        " code of the pack, often a square of dots, or type the lot number."
    ),
    ErrorCode.ONLY_DIGITS: N_(
        "“{given}” may be a lot number or a product number."
        " Say which one it is by entering it in its own field."
    ),
    ErrorCode.SCANNER_SETTING: N_(
        "The scanner's keyboard setting does not fit this computer, so we cannot tell what it read."
        " This says nothing about the product. Test the scanner at /scan/setup, or type the lot number."
    ),
    ErrorCode.COUNTRY_UNKNOWN: N_(
        "“{given}” is not a country that we know. Write its name in English, or its two letters."
    ),
    ErrorCode.LANGUAGE_UNKNOWN: N_(
        "“{given}” is not a language that we know. Write its name in English, or its two letters."
    ),
    ErrorCode.FIELDS_DISAGREE: N_(
        "The {field} in the code and the one that you typed are different. Remove one of them, or correct it."
    ),
    ErrorCode.MOMENT_UNREADABLE: N_(
        "“{given}” is not a moment that we can read. Send it like 2028-12-31T09:30:00Z."
    ),
    ErrorCode.MOMENT_IMPLAUSIBLE: N_(
        "“{given}” cannot be the time of the scan: it is in the future, or more than a week ago."
        " Set the clock of the device right, or leave the time out."
    ),
    ErrorCode.NOTHING_PRESENTED: N_("Enter a lot number, or scan the code on the box."),
    ErrorCode.REPORT_EMPTY: N_("Say what you saw. A few words are enough."),
    ErrorCode.REPORT_BY_PROGRAM: N_(
        "A hidden field of this form was filled in, as programs do. If you are a person, reload the page and"
        " fill it in by hand."
    ),
    ErrorCode.REPORT_NOT_FOUND: N_(
        "There is no report “{given}”. Compare it with what you wrote down: it has twelve letters"
        " and digits, never O, I, L, U, 0 or 1."
    ),
    ErrorCode.REASON_MISSING: N_("Say why, in a few words. It is kept with your name."),
    ErrorCode.REPORT_STEP_INVALID: N_(
        "This report was settled in the meantime, or has not been looked at yet. Nothing was changed."
    ),
    ErrorCode.REPORTS_TOO_MANY: N_(
        "Too many reports came in within the last hour, so this one was not kept. Send it again in an hour."
        " If somebody may come to harm before then, call the manufacturer or your medicines authority now."
    ),
    ErrorCode.REPORT_PHOTOS_LATER: N_(
        "Many reports came from your network within the last hour, so this one is taken only without photos."
        " Send it without them now; you can send the photos in an hour."
    ),
    ErrorCode.PHOTOS_TOO_MANY: N_("Those are too many photos. Choose four at the most."),
    ErrorCode.TEXT_TOO_LONG: N_("This text is too long. Shorten it a little."),
    ErrorCode.TEXT_UNPRINTABLE: N_(
        "This text has a character that cannot be shown ({given}). Type that part once more."
    ),
    ErrorCode.SIGN_IN_NEEDED: N_("Sign in first. Nothing was changed."),
    ErrorCode.NOT_ALLOWED: N_(
        "Your account may not do this. Ask an administrator of your organisation. Nothing was changed."
    ),
    ErrorCode.SECOND_FACTOR_NEEDED: N_(
        "This needs a second proof that it is you: sign in with a passkey or a code. Nothing was changed."
    ),
    ErrorCode.OTHER_SITE: N_("Another website sent you here to change something. Nothing was changed."),
    ErrorCode.FORM_EXPIRED: N_(
        "Nothing was changed: this form is from an earlier session. Go back, reload the page, send it again."
    ),
    ErrorCode.SIGN_IN_WRONG: N_("The e-mail address or the password is wrong."),
    ErrorCode.SIGN_IN_LATE: N_("That took too long, or was done already. Start again at the sign-in page."),
    ErrorCode.CODE_WRONG: N_(
        "This code is wrong, or was used before. Enter the one that the app shows now: each works once."
    ),
    ErrorCode.PASSKEY_REFUSED: N_("This passkey is not one that we know. Sign in another way."),
    ErrorCode.SINGLE_SIGN_ON_REFUSED: N_(
        "Your organisation's sign-in page did not tell us somebody who has an account or an invitation here."
    ),
    ErrorCode.SINGLE_SIGN_ON_DOWN: N_(
        "Your organisation's sign-in page does not answer. Try again in a minute, or sign in with a password."
    ),
    ErrorCode.WAIT: N_("That was wrong too often. You can try again in {found}."),
    **PIN_ERRORS,
    **STOCK_ERRORS,
    **LOG_ERRORS,
    ErrorCode.KEY_INVALID: N_("This key is unknown, has ended or was revoked."),
    ErrorCode.GLN_UNKNOWN: N_("No organisation here has the GLN “{given}”."),
    ErrorCode.GLN_NOT_YOURS: N_("The GLN “{given}” is not one of the organisation whose key this is."),
    ErrorCode.SCOPE_MISSING: N_("This key may not do that: it lacks the scope {expected}."),
    ErrorCode.SECRET_KEY_CHANGED: N_(
        "The server's secret key is another one than before, so no code can be checked."
        " Use a recovery code or a passkey, and tell whoever runs this service."
    ),
    ErrorCode.PASSWORD_SHORT: N_("This password is too short. It needs at least 12 characters."),
    ErrorCode.PASSWORD_LONG: N_("This password is too long. 200 characters are the most."),
    ErrorCode.PASSWORD_COMMON: N_(
        "This password is one that people or programs would guess. Add another word or two that do not belong"
        " together, and leave out your name and your organisation's."
    ),
    ErrorCode.PASSWORD_WRONG: N_("This is not your password."),
    ErrorCode.EMAIL_INVALID: N_("“{given}” is not an e-mail address. It looks like name@example.org."),
    ErrorCode.NAME_INVALID: N_(
        "The {field} is too long, or has a character that cannot be shown. Type it once more."
    ),
    ErrorCode.TAKEN: N_("“{given}” is here already. Choose another {field}."),
    ErrorCode.NOT_ON_RECORD: N_("There is no {field} “{given}” on record."),
    ErrorCode.CHOICE_MISSING: N_("Choose one: {field}."),
    ErrorCode.LAST_ADMIN: N_(
        "Nobody would be left who can let people in. Make somebody else an administrator first."
    ),
    ErrorCode.LAST_FACTOR: N_(
        "This is your only second factor, and your roles need one. Set up another one first."
    ),
    ErrorCode.INVITATION_OVER: N_(
        "This invitation was used, withdrawn, or is older than a week. Ask for a new one."
    ),
    ErrorCode.ALREADY_USED: N_(
        "Serial number “{given}” was already recorded as used on {found}, at another place."
        " Do not use this vial: two packs carry one number. Quarantine it, and call the manufacturer."
    ),
    ErrorCode.NOT_IN_CIRCULATION: N_(
        "Serial number “{given}” is on record as used, or taken out of use. Do not use this vial."
    ),
    ErrorCode.VIAL_STOPPED: N_("Nothing was recorded: this vial must not be used. Read below why."),
    ErrorCode.VIAL_MOVED_ON: N_(
        "Nothing was recorded: meanwhile something else was done with this vial. See below what."
    ),
    ErrorCode.IN_USE_OVER: N_(
        "Nothing was recorded: the time in use of this vial is over. Discard the rest."
    ),
    ErrorCode.UNITS_INVALID: N_(
        "“{given}” is not an amount that we can keep. Write a number like 20 or 2.5."
    ),
    ErrorCode.UNITS_ABOVE: N_(
        "Nothing was recorded: “{given}” is more than is left in the vial, “{found}”. If an earlier amount"
        " was wrong, undo that one first."
    ),
    ErrorCode.HOURS_ABOVE: N_(
        "“{given}” is longer than the manufacturer allows, “{found}” hours. Write that or less."
    ),
    ErrorCode.REFERENCE_INVALID: N_(
        "This is not a reference. Write an appointment or file number of your own, with a digit in it, such"
        " as A-1042: letters, digits and - / . : # only, at most 40."
    ),
    ErrorCode.REFERENCE_PERSONAL: N_(
        "This looks like a name or a date of birth, and was not kept. Write a number that only your clinic"
        " can look up, such as an appointment or file number: A-1042."
    ),
    ErrorCode.RECEIPT_UNREADABLE: N_(
        "This is not a receipt file of this service. Choose the file, or paste its whole text."
    ),
    ErrorCode.SIGNATURE_INVALID: N_(
        "This file was changed, or was not signed by this service. Do not rely on what it says."
    ),
    ErrorCode.HOLDER_MISSING: N_("Write who holds the vial, or where it lies."),
    ErrorCode.ANSWERER_MISSING: N_("Choose who has to answer."),
    ErrorCode.DUE_INVALID: N_(
        "“{given}” is not a day by which an answer can come. Choose one from today on, within a year."
    ),
    ErrorCode.CASE_TEXT_MISSING: N_("Write it down here: the field is empty."),
    ErrorCode.UNDO_LATE: N_(
        "Nothing was changed: it is too late to undo this. The person who recorded it can for an hour, an"
        " admin of your clinic for a day."
    ),
    ErrorCode.UNDO_NOT_YOURS: N_(
        "Nothing was changed: only the person who recorded this, or an admin of your clinic, can undo it."
    ),
    ErrorCode.NUMBER_IN_STOCK: N_(
        "Nothing was changed: another vial with the number “{given}” is in your stock. Undo what was done"
        " with that one first."
    ),
    ErrorCode.COUNT_INVALID: N_("“{given}” is not a number of vials. Write a number from 1 to 500."),
    ErrorCode.HOURS_INVALID: N_("“{given}” is not a number of hours. Write a whole number from 1 to 8760."),
    ErrorCode.NOT_FOUND: N_("There is nothing at this address."),
    ErrorCode.IDEMPOTENCY_KEY_REUSED: N_(
        "“{given}” was sent as the Idempotency-Key of another request. Send a new one with a new request."
    ),
    ErrorCode.PRECONDITION_FAILED: N_(
        "The record has changed since you read it. Read it again, and send the change with its new ETag."
    ),
    ErrorCode.NONCE_REUSED: N_("This check was sent before, with other contents. Start a new check."),
    ErrorCode.REQUEST_INVALID: N_("We could not read the request."),
    ErrorCode.BUSY: N_("Too many checks at this moment. Wait a minute, then try again."),
    ErrorCode.RATE_LIMITED: N_(
        "Very many checks came from your network, so we cannot answer this one yet. Try again in {found}."
        " This says nothing about the product: until you know more, keep it and do not use it,"
        " or ask a pharmacist or the manufacturer."
    ),
    ErrorCode.CLOCK_IN_DOUBT: N_(
        "The clock of this service is in doubt, so we cannot answer checks. This says nothing about the"
        " product. Whoever runs the service has to set the clock right: vialcheck clock."
    ),
    ErrorCode.PICTURE_MISSING: N_("Take a photo of the code, or choose one. Then press “Read the photo”."),
    ErrorCode.PICTURE_KIND: N_("This file is not a picture that we can read. Send a JPEG, PNG or WebP file."),
    ErrorCode.PICTURE_HEIC: N_(
        "We cannot read HEIC pictures. Take the photo from this page, or set the camera to JPEG"
        " (on an iPhone: Settings, Camera, Formats, Most Compatible)."
    ),
    ErrorCode.PICTURE_ANIMATED: N_("This picture moves. Send a single photo."),
    ErrorCode.PICTURE_BROKEN: N_("This picture is damaged or cut off. Take it again, or send it again."),
    ErrorCode.PICTURE_TOO_LARGE: N_(
        "This picture is too large. Take it with the camera's usual setting, or cut out the code."
    ),
    ErrorCode.FILE_UNREADABLE: N_("The file “{given}” cannot be opened: {found}."),
    ErrorCode.FILE_NOT_TEXT: N_("This file is neither a text file (.csv) nor a spreadsheet (.xlsx, .ods)."),
    ErrorCode.FILE_EMPTY: N_("This file is empty."),
    ErrorCode.FILE_KIND_UNKNOWN: N_("We cannot tell from its columns what this file holds."),
    ErrorCode.COLUMN_MISSING: N_("The column {field} is missing."),
    ErrorCode.COLUMN_TWICE: N_("The column {field} is there twice."),
    ErrorCode.ROW_TOO_SHORT: N_("This row has fewer cells than the header."),
    ErrorCode.VALUE_MISSING: N_("The {field} is missing."),
    ErrorCode.MARK_UNKNOWN: N_(
        "“{given}” is no feature that we know of on packs of this product."
        " It may have been taken off our list."
    ),
    ErrorCode.VALUE_INVALID: N_("“{given}” cannot be the {field}."),
    ErrorCode.SPREADSHEET_NUMBER: N_(
        "A spreadsheet has changed “{given}” into a number. Format the column as text and export it again."
    ),
    ErrorCode.CELL_MERGED: N_("The cell of the {field} is merged with another one. Fill in each row."),
    ErrorCode.WORKBOOK_REFUSED: N_("This spreadsheet cannot be opened here."),
    ErrorCode.SHEET_UNCLEAR: N_("This workbook has several sheets that may be meant. Name one of them."),
    ErrorCode.FILE_MISSING: N_("Choose the file that you want to import."),
    ErrorCode.FILE_TOO_LARGE: N_("This file is too large to be sent here. Send it in parts."),
    ErrorCode.LIST_NOT_YOURS: N_("Your organisation may not put in lists of this kind."),
    ErrorCode.PRODUCT_NOT_YOURS: N_(
        "Your organisation has no product “{given}” on record. Import the products first."
    ),
    ErrorCode.RECORD_NOT_YOURS: N_(
        "“{given}” belongs to another organisation, which alone may change its records."
    ),
    ErrorCode.RECORD_CHANGED: N_("The record has changed since you looked at it. Import the row again."),
    ErrorCode.IMPORT_MOVED_ON: N_("This import has moved on in the meantime. Look at it once more."),
    ErrorCode.PRODUCT_NOT_ON_RECORD: N_("The product “{given}” is not on record. Import the products first."),
    ErrorCode.LOT_NOT_ON_RECORD: N_("The lot “{given}” is not on record. Import the batches first."),
    ErrorCode.CONFLICT: N_("“{given}” contradicts the {field} that is on record."),
    ErrorCode.OWN_IMPORT: N_("You put “{given}” in yourself. Another person has to release it."),
    ErrorCode.OWN_REQUEST: N_("You asked for this change yourself. Another person has to agree to it."),
    ErrorCode.REQUEST_WAITS: N_(
        "A change of this record waits for a second person already (request {given})."
        " Let it be decided first."
    ),
    ErrorCode.TWO_PERSONS_NEEDED: N_(
        "Your organisation asks for two persons: add links of “{given}” one by one, on the product's page."
    ),
    ErrorCode.NOTHING_TO_CHANGE: N_("Nothing would change: the record says this already."),
    ErrorCode.SERIALS_NOT_ON_RECORD: N_("These serial numbers are not on record: {given}."),
    ErrorCode.RECALL_STANDS: N_(
        "A recall or hold is in force for lot “{given}”. Lift it first: the {field} depends on it."
    ),
    ErrorCode.EXTENSION_STANDS: N_(
        "The expiry date of lot “{given}” was extended. Withdraw the extension first, then correct the date."
    ),
    ErrorCode.WITHDRAWN_BEFORE: N_("“{given}” was withdrawn before."),
    ErrorCode.DOCUMENT_UNREADABLE: N_("This document of events cannot be read."),
    ErrorCode.EVENTS_REFUSED: N_("Nothing of this document was put on record: {found}."),
    ErrorCode.EVENT_IN_FUTURE: N_("“{given}” is in the future. An event is reported once it has happened."),
    ErrorCode.EVENT_KNOWN_OTHERWISE: N_("The event “{given}” is on record already, and says something else."),
    ErrorCode.EVENT_OUT_OF_ORDER: N_("This cannot have happened to “{given}” as it is on record."),
    ErrorCode.SENDER_NOT_YOURS: N_(
        "The document names the sender “{given}”, which is not a number of your organisation."
    ),
    ErrorCode.SETTING_INVALID: N_("The setting {field} cannot be “{given}”."),
    ErrorCode.STORAGE_UNAVAILABLE: N_(
        "We cannot look at our records at this moment. This says nothing about the product."
        " Try again in a minute."
    ),
    ErrorCode.SCHEMA_NEWER: N_("These records were written by a newer version of Vialcheck."),
    ErrorCode.BACKUP_REFUSED: N_("No backup was made."),
    ErrorCode.RESTORE_REFUSED: N_("Nothing was restored."),
    ErrorCode.NOT_DELIVERED: N_("The message could not be delivered ({found}). It is tried again."),
}

# Where the exact expectation says more than the sentence.
_TECHNICAL = frozenset(
    {
        ErrorCode.BAD_CHARACTER,
        ErrorCode.TOO_LONG,
        ErrorCode.ELEMENT_STRING_INVALID,
        ErrorCode.AI_UNKNOWN,
        ErrorCode.AI_VALUE_INVALID,
        ErrorCode.AI_REPEATED,
        ErrorCode.AI_COMBINATION,
        ErrorCode.REQUEST_INVALID,
        ErrorCode.FILE_NOT_TEXT,
        ErrorCode.FILE_KIND_UNKNOWN,
        ErrorCode.FILE_TOO_LARGE,
        ErrorCode.WORKBOOK_REFUSED,
        ErrorCode.SHEET_UNCLEAR,
        ErrorCode.COLUMN_MISSING,
        ErrorCode.ROW_TOO_SHORT,
        ErrorCode.VALUE_INVALID,
        ErrorCode.CONFLICT,
        ErrorCode.WITHDRAWN_BEFORE,
        ErrorCode.DOCUMENT_UNREADABLE,
        ErrorCode.EVENT_OUT_OF_ORDER,
        ErrorCode.SETTING_INVALID,
        ErrorCode.SCHEMA_NEWER,
        ErrorCode.BACKUP_REFUSED,
        ErrorCode.RESTORE_REFUSED,
    }
)

_DATED = frozenset({ErrorCode.ALREADY_USED})
"""Where what was found is a day."""


def error_message(error: VialcheckError, tr: NullTranslations, *, technical: bool = True) -> str:
    """The refusal in plain words, as plain text. Several at once are said one after the other.

    `technical` adds what exactly was expected and found, for people who mend a file or a scanner.
    """
    if isinstance(error, InvalidFieldsError) and error.errors:
        return " ".join(error_message(each, tr, technical=technical) for each in error.errors)
    values = {
        "given": visible(error.given),
        "field": field_name(error.field, tr),
        "expected": error.expected,
        "found": visible(date_words(error.found, tr) if error.code in _DATED else error.found, 200),
    }
    if isinstance(error, WaitError):
        values["found"] = duration_words(error.seconds, tr)
    sentences = [tr.gettext(ERRORS[error.code])]
    if technical and error.code in _TECHNICAL:
        sentences += [tr.gettext(N_("Expected: {expected}."))] if error.expected else []
        sentences += [tr.gettext(N_("Found: {found}."))] if error.found else []
    return " ".join(sentence.format_map(values) for sentence in sentences)
