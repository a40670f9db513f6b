"""What each rule of `storage.retention` lets go of, in words."""

from collections.abc import Mapping
from datetime import timedelta
from gettext import NullTranslations

from service.web.text.formatting import N_

RULES: Mapping[str, tuple[str, str]] = {
    "keys": (
        N_("The key that devices' marks are made with"),
        N_("It is destroyed, and a new one is made. Nobody can tell any more which device a mark was of."),
    ),
    "marks": (
        N_("The mark of the device that checked or reported"),
        N_("It is deleted from the check and from the report."),
    ),
    "guessers": (
        N_("That one device asked for many serial numbers that do not exist"),
        N_("It is deleted, whichever device it was."),
    ),
    "check_times": (
        N_("The minute of a check"),
        N_("Only its hour is kept. The check gets another number, and its page can no longer be opened."),
    ),
    "checks": (
        N_("A check: what was entered, what was answered, the country"),
        N_("It is deleted. Counts by place and day stay, without anybody's check in them."),
    ),
    "sessions": (
        N_("That somebody was signed in, on which kind of device, in which network"),
        N_("It is deleted this long after the session was last used."),
    ),
    "invitations": (
        N_("The address that somebody was invited at"),
        N_("It is deleted this long after the invitation has ended, taken or not."),
    ),
    "reporters": (
        N_("How to reach whoever reported a product, and their photos"),
        N_("They are deleted this long after the report was settled. What was seen stays with the product."),
    ),
    "receipts": (
        N_("A receipt that a clinic handed over: what was used, on which day"),
        N_("It is deleted, unless its holder has deleted it before."),
    ),
    "people": (
        N_("Names and addresses of people whose organisation has left"),
        N_("They are erased this long after it closed its accounts. What they changed keeps their name."),
    ),
    "unsettled": (
        N_("The same, when nobody ever settled the report"),
        N_("They are deleted this long after the report was sent."),
    ),
}


def rule_words(code: str, tr: NullTranslations) -> tuple[str, str]:
    """What it is, and what becomes of it."""
    what, then = RULES[code]
    return tr.gettext(what), tr.gettext(then)


def duration_words(after: timedelta, tr: NullTranslations) -> str:
    """A whole number of days, in the largest unit that fits.

    >>> from gettext import NullTranslations
    >>> [duration_words(timedelta(days=each), NullTranslations()) for each in (7, 90, 730)]
    ['7 days', '90 days', '2 years']
    """
    years, rest = divmod(after.days, 365)
    if years and not rest:
        return tr.ngettext("{count} year", "{count} years", years).format(count=years)
    return tr.ngettext("{count} day", "{count} days", after.days).format(count=after.days)
