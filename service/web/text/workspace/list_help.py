"""What each column of a list holds and how it may be written, with an example of each kind of list."""

from collections.abc import Mapping

from service.registry.lists.columns import ListKind
from service.web.text.formatting import N_

HELP: Mapping[str, str] = {
    "gtin": N_("8, 12, 13 or 14 digits. Format the column as text, so that no zero in front is lost."),
    "name": N_("The name as it stands on the pack, with strength or size where the pack has them."),
    "manufacturer": N_("The company that answers for the product."),
    "gs1_prefix": N_(
        "4 to 12 digits with which the company's product numbers begin; several with ; between."
    ),
    "catalogue_complete": N_(
        "yes, when every product of the company is in this registry: others are then unknown."
    ),
    "contact": N_("Where a person can ask about a vial."),
    "active_substance": N_("The international name of the substance."),
    "strengths": N_("As on the pack; several with ; between."),
    "languages": N_("Codes or English names; several with a space or ; between."),
    "form": N_("As on the pack, for example powder for solution for injection."),
    "national_numbers": N_("The system and the number, for example PZN:01234562; several with ; between."),
    "markets": N_("Codes or names of countries; several with a comma or ; between."),
    "complete": N_("yes, or the day until which every lot is in this registry: an unknown lot is then held."),
    "source_gtins": N_("For relabelled packs: the GTINs whose lots they bear; several with ; between."),
    "content": N_("What is in one vial or syringe, for example 100 units or 1 ml."),
    "in_use_hours": N_("Hours, or a number with its unit: 24, 24 h, 7 days."),
    "storage": N_("The limits in degrees Celsius: 2-8, -25 to -15, below 25."),
    "stability_months": N_("Months, or a number with its unit: 36, 36 months, 3 years."),
    "interval_days": N_("Days, or a number with its unit: 84, 84 days, 12 weeks. Receipts show it."),
    "lot": N_("One lot in each row, as it is printed, without the word lot in front."),
    "expiry": N_("The day or the month that is printed: 2028-12-31, 31.12.2028, 12/2028, DEC 2028."),
    "made": N_("A day, or a month, which counts from its first day."),
    "released": N_("A day. With it, the lot counts as released."),
    "status": N_(
        "released, pending, on hold or recalled, in many languages. Other words are asked about once."
    ),
    "quantity": N_("Packs of the lot, a whole number."),
    "quality": N_("test | method | result, several with ; between."),
    "recall_class": N_("Only with the status recalled."),
    "recall_reference": N_("Only with the status recalled."),
    "recall_reason": N_("Only with the status recalled."),
    "serial": N_("At most 20 characters. Capital and small letters differ."),
    "disposition": N_(
        "Where the pack is: active, dispensed, destroyed, stolen and the others of GS1's vocabulary."
    ),
    "authority": N_("Your authority, as it is named here."),
    "kind": N_("falsified, recalled, stolen, tampered or unlicensed."),
    "product": N_("As the notice names it."),
    "serial_prefix": N_("For a notice about all serial numbers that begin alike."),
    "lot_issued": N_(
        "yes, when the manufacturer has issued a lot of this number too; no, when there is none."
    ),
    "reference": N_("The number under which the notice can be found."),
    "reported": N_("As precisely as it is known: 2026, 2026-11 or 2026-11-27."),
    "source_url": N_("It begins with https://."),
    "detail": N_("What else the notice says."),
    "serial_last": N_("Where a row is a range: the first serial number stands in the other column."),
    "earlier_expiries": N_(
        "Dates printed on packs made before the expiry was put later; with a space between."
    ),
    "scope": N_("product, lot, window, range or list."),
    "expiry_from": N_("Of a window of expiry dates."),
    "expiry_to": N_("Of a window of expiry dates."),
    "serial_from": N_("Of a range of serial numbers."),
    "serial_to": N_("Of a range of serial numbers, as long as the first."),
    "serials": N_("Of a list of serial numbers, with a space between."),
    "reason": N_("Why, for people of the organisation."),
    "public_text": N_("What the public reads."),
    "link_type": N_("Its name in GS1's vocabulary, such as epil, smpc, safetyInfo or support."),
    "topic": N_("One of mechanism, course, aftercare, interval, who, uses, warning_signs, tests and gmp."),
    "text": N_(
        "In plain words, at most 1,500 characters. It informs, and assures nobody of a vial. A second person"
        " releases it before patients read it."
    ),
    "source": N_("The publication that says so, with its section. No statement is taken without one."),
    "dated": N_("The date of the source: 2026, 2026-11 or 2026-11-27."),
    "href": N_("It begins with https:// and is on a web server that your organisation registered."),
    "title": N_("What people read before they follow the link."),
    "language": N_("A code or an English name."),
    "media_type": N_("text/html or application/pdf, for example."),
    "context": N_("The country that the link is for; empty for all."),
    "is_default": N_("yes, when everyone who scans the code is led there."),
    "mark": N_("Your own code for it, such as box-seal; empty: one is made."),
    "feature": N_("A word such as seal, hologram, typeface, language, colour, cap, leaflet or device."),
    "part": N_("Such as box, vial label or pen."),
    "look_at": N_("A few plain words, such as “the seal on the lid of the box”."),
    "should_be": N_("As it is on your packs, in plain words: people choose between this and the next."),
    "differs": N_("As it is on the fakes, in plain words."),
    "fakes": N_("A name for each known fake, with ; between. The same name in several rows: the same fake."),
    "issued": N_("A moment such as 2026-11-27T09:30:00+00:00."),
    "issued_by": N_("Who issued it."),
    "lifted": N_("A moment such as 2026-11-27T09:30:00+00:00."),
    "lifted_by": N_("Who lifted it."),
    "lift_reason": N_("Why it was lifted."),
    "lift_reference": N_("The number under which the lift can be found."),
}
"""How the cells of each column may be written."""

_GTIN = "09506000134352"

EXAMPLES: Mapping[ListKind, Mapping[str, str]] = {
    ListKind.PRODUCTS: {
        "gtin": _GTIN,
        "name": "Exampletox 100 units",
        "manufacturer": "Example Biologics",
        "gs1_prefix": "9506000",
        "active_substance": "botulinum toxin type A",
        "strengths": "100 units",
        "content": "100 units",
        "languages": "en de",
        "form": "powder for solution for injection",
        "markets": "DE AT",
        "complete": "no",
        "in_use_hours": "24 h",
        "storage": "2-8",
        "stability_months": "36",
        "interval_days": "84",
    },
    ListKind.BATCHES: {
        "gtin": _GTIN,
        "lot": "EX2601A",
        "expiry": "2028-12-31",
        "made": "2026-01-15",
        "released": "2026-02-20",
        "status": "released",
        "markets": "DE AT",
        "quantity": "12000",
    },
    ListKind.UNITS: {
        "gtin": _GTIN,
        "lot": "EX2601A",
        "serial": "7J2K9Q4X1M",
        "expiry": "2028-12-31",
        "disposition": "active",
    },
    ListKind.RECALLS: {
        "gtin": _GTIN,
        "kind": "recall",
        "scope": "lot",
        "lot": "EX2601A",
        "recall_class": "II",
        "reference": "R-1",
        "reason": "Glass in vials",
        "issued": "2026-11-27T09:30:00+00:00",
    },
    ListKind.ALERTS: {
        "authority": "Example Agency",
        "kind": "falsified",
        "product": "Exampletox 100 units",
        "gtin": _GTIN,
        "lot": "EX2601A",
        "expiry": "2029-12",
        "reference": "2026/117",
        "reported": "2026-11-27",
        "source_url": "https://example.org/notices/117",
    },
    ListKind.STATEMENTS: {
        "gtin": _GTIN,
        "topic": "course",
        "language": "en",
        "text": "It begins to work after 3 to 7 days.",
        "source": "Product information, section 5.1",
        "source_url": "https://www.example.org/product-information",
        "dated": "2026-11-27",
    },
    ListKind.MARKS: {
        "mark": "exampletox-seal",
        "authority": "Example Agency",
        "product": "Exampletox 100 units",
        "feature": "seal",
        "part": "box",
        "look_at": "the seal on the lid of the box",
        "should_be": "round, with a blue star",
        "differs": "square, or without a star",
        "fakes": "Notice 2026/117",
        "lot": "EX2601A",
        "reported": "2026-11-27",
        "source_url": "https://example.org/notices/117",
    },
    ListKind.LINKS: {
        "gtin": _GTIN,
        "link_type": "epil",
        "href": "https://www.example.org/leaflet",
        "title": "Leaflet",
        "language": "en",
        "media_type": "text/html",
    },
}
"""One row of each kind of list, by field."""
