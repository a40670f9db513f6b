"""The e-mail of an invitation."""

from gettext import NullTranslations


def invitation_text(organisation: str, link: str, tr: NullTranslations) -> tuple[str, str]:
    """Return subject and text of the e-mail that carries an invitation's link."""
    subject = tr.gettext("Invitation to Vialcheck from %(organisation)s") % {"organisation": organisation}
    text = tr.gettext(
        "%(organisation)s invites you to Vialcheck.\n\n"
        "Open this link to choose a password. It works once, and for 7 days:\n\n%(link)s\n\n"
        "If you did not expect this, ignore it: nothing happens without you."
    )
    return subject, text % {"organisation": organisation, "link": link} + "\n"
