"""What the pages of imports call lists, columns, states and what became of rows."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.registry.lists.columns import ListKind
from service.web.text.formatting import N_

KINDS: Mapping[ListKind, tuple[str, str]] = {
    ListKind.PRODUCTS: (N_("Products"), N_("Each row is a product with its GTIN, name and manufacturer")),
    ListKind.BATCHES: (N_("Batches"), N_("Each row is a lot of a product with its expiry date")),
    ListKind.UNITS: (N_("Units"), N_("Each row is one pack with its lot and serial number")),
    ListKind.RECALLS: (N_("Recalls"), N_("Each row is a recall or a hold of a product")),
    ListKind.ALERTS: (N_("Notices"), N_("Each row is a notice of your authority")),
    ListKind.LINKS: (N_("Links"), N_("Each row is a page that the codes of a product lead to")),
    ListKind.STATEMENTS: (
        N_("Statements for patients"),
        N_("Each row is what you state about a product on one topic, with its source"),
    ),
    ListKind.MARKS: (N_("Features of packs"), N_("Each row is a feature by which known fakes are told")),
}
"""Each kind of list, and what its rows are."""

COLUMNS: Mapping[str, str] = {
    "gtin": N_("Product number (GTIN)"),
    "name": N_("Name of the product"),
    "manufacturer": N_("Manufacturer"),
    "gs1_prefix": N_("GS1 company prefixes of the manufacturer"),
    "catalogue_complete": N_("All products of the manufacturer are on record (yes or no)"),
    "contact": N_("Contact of the manufacturer"),
    "active_substance": N_("Active substance"),
    "strengths": N_("Strengths"),
    "languages": N_("Languages of the packs"),
    "form": N_("Dosage form"),
    "national_numbers": N_("National numbers"),
    "markets": N_("Countries where it is sold"),
    "complete": N_("All lots of the product are on record (yes, no, or until which day)"),
    "source_gtins": N_("GTINs whose lots its packs bear (parallel import, relabelling)"),
    "content": N_("Content of a vial"),
    "in_use_hours": N_("Time in use after opening"),
    "storage": N_("Storage temperature"),
    "stability_months": N_("Stability time (time between manufacture and expiry)"),
    "interval_days": N_("Shortest time between two treatments"),
    "storage_min": N_("Lowest storage temperature (°C)"),
    "storage_max": N_("Highest storage temperature (°C)"),
    "lot": N_("Lot number"),
    "expiry": N_("Expiry date"),
    "made": N_("Date of manufacture"),
    "released": N_("Date of release"),
    "status": N_("Status"),
    "quantity": N_("Number of packs"),
    "quality": N_("Results of release tests"),
    "recall_class": N_("Class of the recall"),
    "recall_reference": N_("Reference of the recall"),
    "recall_reason": N_("Reason for the recall"),
    "serial": N_("Serial number"),
    "disposition": N_("Disposition of the unit"),
    "authority": N_("Authority"),
    "kind": N_("Kind of notice"),
    "product": N_("Product as the notice names it"),
    "serial_prefix": N_("Beginning of serial numbers"),
    "lot_issued": N_("The manufacturer issued this lot (yes or no)"),
    "reference": N_("Reference"),
    "reported": N_("Date of the notice"),
    "source_url": N_("Web address of the source or notice"),
    "link_type": N_("Type of the link"),
    "href": N_("Address of the link"),
    "title": N_("Title of the link"),
    "language": N_("Language"),
    "media_type": N_("Kind of file"),
    "context": N_("Country that it is for"),
    "is_default": N_("Default link"),
    "topic": N_("Topic of the statement"),
    "text": N_("Statement"),
    "source": N_("Source of the statement"),
    "dated": N_("Date of the source"),
    "mark": N_("Code of the feature"),
    "feature": N_("What kind of feature it is"),
    "part": N_("Part of the pack"),
    "look_at": N_("What to look at"),
    "should_be": N_("How it should be"),
    "differs": N_("How known fakes differ"),
    "fakes": N_("Which known fakes differ so"),
    "detail": N_("Details"),
    "serial_last": N_("Last serial number of a range"),
    "earlier_expiries": N_("Earlier expiry dates that packs bear too"),
    "scope": N_("What is recalled"),
    "expiry_from": N_("First expiry date"),
    "expiry_to": N_("Last expiry date"),
    "serial_from": N_("First serial number"),
    "serial_to": N_("Last serial number"),
    "serials": N_("Serial numbers"),
    "reason": N_("Reason"),
    "public_text": N_("Text for the public"),
    "issued": N_("Issued"),
    "issued_by": N_("Issued by"),
    "lifted": N_("Lifted"),
    "lifted_by": N_("Lifted by"),
    "lift_reason": N_("Reason of the lift"),
    "lift_reference": N_("Reference of the lift"),
}
"""What each column can mean."""

STATES: Mapping[str, tuple[str, str]] = {
    "reading": (N_("Being read"), "wait"),
    "columns": (N_("Waits for you: columns"), "wait"),
    "checking": (N_("Being checked"), "wait"),
    "preview": (N_("Waits for you: preview"), "wait"),
    "applying": (N_("Being put on record"), "wait"),
    "done": (N_("On record"), "good"),
    "failed": (N_("Could not be imported"), "bad"),
    "cancelled": (N_("Cancelled"), "plain"),
}
"""Each state of an import, and the tone of its badge."""

ROWS: Mapping[str, tuple[str, str]] = {
    "new": (N_("New"), N_("Not on record yet. They will be put in.")),
    "changed": (N_("Changed"), N_("On record. Blanks are filled in, or the status moves on.")),
    "unchanged": (N_("Unchanged"), N_("On record already, just as they are. Nothing happens.")),
    "conflicting": (
        N_("Conflicting"),
        N_("They contradict the record, or each other. They are left out, and the record stays as it is."),
    ),
    "refused": (N_("Refused"), N_("They cannot be read or belong to nothing on record. They are left out.")),
}
"""What becomes of rows, and what that means."""

_ACTIONS: Mapping[tuple[str, str], str] = {
    ("create", "product"): N_("Product put in"),
    ("change", "product"): N_("Product changed"),
    ("create", "manufacturer"): N_("Manufacturer put in"),
    ("change", "manufacturer"): N_("Manufacturer changed"),
    ("create", "batch"): N_("Batch put in"),
    ("change", "batch"): N_("Batch changed"),
    ("recall", "batch"): N_("Batch recalled"),
    ("commission", "batch"): N_("Units put in"),
    ("create", "alert"): N_("Notice put in"),
}


def action_name(action: str, object_type: str, tr: NullTranslations) -> str:
    """What a change was."""
    known = _ACTIONS.get((action, object_type))
    return tr.gettext(known) if known else f"{action} {object_type}"


def file_size(size: int) -> str:
    """A number of bytes as people say it.

    >>> file_size(900), file_size(35_400_000)
    ('900 bytes', '35.4 MB')
    """
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= least:
            return f"{size / least:.3g} {unit}"
    return f"{size} bytes"
