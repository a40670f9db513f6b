"""Sentences about a scan history: regions, days and counts, and no single scan."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.authenticity.reasons import ReasonCode
from service.web.text.formatting import N_, visible
from service.web.text.locales import country_name, listed
from service.web.text.reasons.sentence import Sentence

SCAN_SAYINGS: Mapping[tuple[ReasonCode, str], Sentence] = {
    (ReasonCode.SEEN_ELSEWHERE, ""): Sentence(
        N_(
            "This number has been checked from {count} places within {days}: {places}."
            " One pack is not usually in so many places. The number may have been copied."
        ),
        N_(
            "Checked in {count} places within {days}: {places}."
            " One unit is seldom seen like this:"
            " its code may be on more than one vial, and this may be any of them."
        ),
    ),
    (ReasonCode.SEEN_ELSEWHERE, "full"): Sentence(
        N_(
            "This number has been checked from more places than one pack can have been in,"
            " {places} among them."
            " The number has been copied, or somebody is playing with it."
        ),
        N_(
            "Checked in more places than one unit can have been in, {places} among them."
            " Its code is on more than one vial, or somebody spreads a photo of it."
            " This may still be the one that was issued."
        ),
    ),
    (ReasonCode.IMPOSSIBLE_JOURNEY, ""): Sentence(
        N_("It was checked in {places} within two hours. No pack travels so fast."),
        N_("Checked in {places} within two hours: no single unit can have been in both."),
    ),
    (ReasonCode.IMPOSSIBLE_JOURNEY, "full"): Sentence(
        N_("No single pack travels through so many places."),
        N_("No single unit travels through so many places."),
    ),
    (ReasonCode.SEEN_AFTER_DISPENSING, ""): Sentence(
        N_("It was used in one place already, and turned up in another one afterwards: {places}."),
        N_("Recorded as dispensed, and seen by another clinic or pharmacy afterwards: {places}."),
    ),
    (ReasonCode.SEEN_BEFORE_RELEASE, ""): Sentence(
        N_("This number was checked on {day} already. The maker only released the lot on {released}."),
        N_("Seen on {day}, before the manufacturer released its lot on {released}."),
    ),
    (ReasonCode.SEEN_OUTSIDE_MARKET, ""): Sentence(
        N_("This number was checked in countries that this pack was not sent to: {places}."),
        N_("Seen in countries that it was not shipped to: {places}."),
    ),
    (ReasonCode.SEEN_OUTSIDE_MARKET, "full"): Sentence(
        N_("It has been checked in so many places that nobody can say whether it ever left its country."),
        N_("Seen in too many places to say whether it stayed in the market that it was shipped to."),
    ),
    (ReasonCode.MANY_DEVICES, ""): Sentence(
        N_("This number has been checked with at least {devices} devices. That is unusual for one pack."),
        N_("Checked with at least {devices} devices, which is unusual for one unit."),
    ),
    (ReasonCode.MANY_DEVICES, "again"): Sentence(
        N_(
            "This number has been checked again and again for {days} days, with at least {devices} devices."
            " That is unusual for one pack."
        ),
        N_("Checked again and again for {days} days, with at least {devices} devices: unusual for one unit."),
    ),
    (ReasonCode.SERIALS_GUESSED, ""): Sentence(
        N_("Many serial numbers like this one have been tried out lately. Check that you entered your own."),
        N_(
            "At least {count} serial numbers that are not on record were tried from here,"
            " or close to this one."
        ),
    ),
    (ReasonCode.LOT_CHECKED_OFTEN, ""): Sentence(
        N_("This lot number has been checked {count} times. Only {quantity} packs of it were made."),
        N_(
            "This lot was checked {count} times, and has {quantity} units:"
            " its number may be on other vials too."
        ),
    ),
    (ReasonCode.LOT_SEEN_ELSEWHERE, ""): Sentence(
        N_("This lot number has been checked in countries that the lot was not sent to: {places}."),
        N_("This lot was checked in countries that it was not shipped to: {places}."),
    ),
    (ReasonCode.CHECKED_BEFORE, ""): Sentence(
        N_("This pack was already checked in {places}, last on {day}. That is usual."),
        N_("Already checked in {places}, last on {day}."),
    ),
    (ReasonCode.CHECKED_ABROAD, ""): Sentence(
        N_(
            "This pack was also checked in: {places}. If it was never there with you or your clinic,"
            " ask before it is used."
        ),
        N_("Also checked in: {places}. If your supplier cannot explain that, hold it and ask."),
    ),
}


def places_words(text: str, tr: NullTranslations) -> str:
    """`FR/Lyon|TR/` as Lyon (France), Türkiye; what is not known is left out."""
    named = []
    for place in text.split("|"):
        code, _, region = place.partition("/")
        country = country_name(code, tr)
        if region and country:
            named.append(tr.gettext("{region} ({country})").format(region=visible(region), country=country))
        elif region or country:
            named.append(visible(region) or country)
    return listed(named, tr)
