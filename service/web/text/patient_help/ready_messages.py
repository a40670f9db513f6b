"""Messages for people to send as they are: plain text, with a line to fill in where nothing is known."""

from gettext import NullTranslations
from urllib.parse import quote

from msgspec import Struct

from service.web.text.formatting import visible


class CheckedPack(Struct, frozen=True):
    """What is known of the pack that a message is about; all may be empty. `said`: the answer's title."""

    product: str = ""
    lot: str = ""
    said: str = ""


class ReadyMessage(Struct, frozen=True):
    """A message with the addresses that open it in the reader's own programs."""

    subject: str
    text: str

    @property
    def mail_address(self) -> str:
        """Opens a new e-mail with the message, to no address yet."""
        return f"mailto:?subject={quote(self.subject)}&body={quote(self.text)}"

    @property
    def text_address(self) -> str:
        """Opens a new text message, to no number yet. Both kinds of phone read `?&body=`."""
        return f"sms:?&body={quote(self.text)}"


def message_to_clinic(pack: CheckedPack, tr: NullTranslations) -> ReadyMessage:
    """What the clinic is asked for by a person who had the injection."""
    lines = [
        tr.gettext("I had an injection from you on this day: ______"),
        *_pack_lines(pack, tr),
        *([tr.gettext("A check of this pack said: “{said}”").format(said=pack.said)] if pack.said else []),
        "",
        tr.gettext("Please send me today:"),
        tr.gettext("- the name of the product, the lot number and the expiry date"),
        tr.gettext("- how many units I was given, and where"),
        tr.gettext("- a photo of the box and of the vial"),
        tr.gettext("- where you bought it"),
        "",
        tr.gettext("Please keep the vial and the box. Do not use the rest of it."),
    ]
    return ReadyMessage(tr.gettext("About my injection"), "\n".join(lines))


def message_to_doctor(pack: CheckedPack, tr: NullTranslations) -> ReadyMessage:
    """What a doctor or an ambulance needs to know, to be shown or sent."""
    lines = [
        tr.gettext("I had an injection on this day: ______ It may have been a fake, or do harm."),
        *_pack_lines(pack, tr),
        *([tr.gettext("A check of this pack said: “{said}”").format(said=pack.said)] if pack.said else []),
        tr.gettext("It was to be botulinum toxin, filler or: ______"),
        tr.gettext("I feel this, since this time: ______"),
        tr.gettext("Could it be botulism? There is an antitoxin, and it works best when it is given early."),
    ]
    return ReadyMessage(tr.gettext("I had an injection that may do harm"), "\n".join(lines))


def message_to_see_vial(pack: CheckedPack, tr: NullTranslations) -> ReadyMessage:
    """What to write to a clinic that does not show the vial before an injection."""
    lines = [
        tr.gettext("Before my injection I would like to see the vial and its box, still closed."),
        *([tr.gettext("Product: {product}").format(product=pack.product)] if pack.product else []),
        tr.gettext("I want to read the lot number and the expiry date myself, and check them."),
        tr.gettext("If you cannot show me the vial, I will not have the injection."),
    ]
    return ReadyMessage(tr.gettext("Please show me the vial"), "\n".join(lines))


def _pack_lines(pack: CheckedPack, tr: NullTranslations) -> list[str]:
    blank = "______"
    product, lot = visible(pack.product) or blank, visible(pack.lot) or blank
    return [
        tr.gettext("Product: {product}").format(product=product),
        tr.gettext("Lot number: {lot}").format(lot=lot),
    ]
