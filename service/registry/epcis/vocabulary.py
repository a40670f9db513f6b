"""Words of the Core Business Vocabulary (CBV 2.0, section 7), their URIs, and the namespaces of EPCIS.

In a neutral event a word of the CBV is bare (`commissioning`); anything else is an absolute URI. A name of an
extension is `{namespace}name`, whichever prefix its document had.
"""

from service.gs1.epc.uris import is_absolute_uri


def words_of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


BIZ_STEPS = words_of(
    "accepting arriving assembling collecting commissioning consigning creating_class_instance "
    "cycle_counting decommissioning departing destroying disassembling dispensing encoding "
    "entering_exiting holding inspecting installing killing loading other packing picking receiving "
    "removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting "
    "shipping staging_outbound stock_taking stocking storing transporting unloading unpacking "
    "void_shipping"
)
DISPOSITIONS = words_of(
    "active available completeness_inferred completeness_verified conformant container_closed "
    "container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit "
    "inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement no_pedigree_match "
    "non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned "
    "sellable_accessible sellable_not_accessible stolen unavailable unknown"
)
TRANSACTION_TYPES = words_of("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt")
PARTY_TYPES = frozenset({"owning_party", "possessing_party", "location"})
ERROR_REASONS = frozenset({"did_not_occur", "incorrect_data"})

_WORDS = {
    "bizstep": ("BizStep-", BIZ_STEPS),
    "disp": ("Disp-", DISPOSITIONS),
    "btt": ("BTT-", TRANSACTION_TYPES),
    "sdt": ("SDT-", PARTY_TYPES),
    "er": ("ER-", ERROR_REASONS),
}
_CBV_URN = "urn:epcglobal:cbv:"
_CBV_WEB = (
    "https://ref.gs1.org/cbv/",
    "http://ref.gs1.org/cbv/",
    "https://ns.gs1.org/cbv/",
    "http://ns.gs1.org/cbv/",
    "cbv:",
)

MASTER_DATA = "urn:epcglobal:cbv:mda"
"""The namespace of lot, expiry and other master data of instances and lots (CBV, section 9)."""

KNOWN_PREFIXES = {
    "cbvmda": MASTER_DATA,
    "cbv": "https://ref.gs1.org/cbv/",
    "epcis": "https://ref.gs1.org/epcis/",
    "gs1": "https://gs1.org/voc/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
    "sbdh": "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader",
}
"""The prefixes that the context of EPCIS declares, so that it need not be fetched."""

EPCIS_NAMESPACES = frozenset(
    f"urn:epcglobal:{name}:xsd:{number}"
    for name in ("epcis", "epcis-query", "epcis-masterdata")
    for number in (1, 2)
)
EVENT_TYPES = frozenset(
    {"ObjectEvent", "AggregationEvent", "AssociationEvent", "TransactionEvent", "TransformationEvent"}
)
QUANTITY_EVENT = "QuantityEvent"
"""Of EPCIS 1.0: the same as an ObjectEvent with action OBSERVE and a quantity list (1.1, section 7.4.4)."""


def word_or_uri(kind: str, text: str, *, strict: bool) -> str | None:
    """A word of the CBV in bare form, or a URI of another vocabulary; None for what is neither.

    `kind`: bizstep, disp, btt, sdt or er. `strict`: a URI in the namespace of the CBV 2 has to be one of its
    words (section 7).
    """
    part, words = _WORDS[kind]
    if text in words:
        return text
    if text.startswith(_CBV_URN):  # words of the CBV 1 are gone from the CBV 2, and are still in use
        tail, strict = text.removeprefix(f"{_CBV_URN}{kind}:"), False
    else:
        start = next((each for each in _CBV_WEB if text.startswith(each)), "")
        if not start:
            return text if is_absolute_uri(text) else None
        tail = text.removeprefix(start).removeprefix(part)
    if tail in words:
        return tail
    return None if strict or not is_absolute_uri(text) else text


def normal_namespace(namespace: str) -> str:
    """A namespace as neutral events have it: that of master data ends without a colon in XML."""
    return MASTER_DATA if namespace.rstrip(":/#") == MASTER_DATA else namespace


def qualified(namespace: str, name: str) -> str:
    """The neutral name of an extension."""
    return f"{{{normal_namespace(namespace)}}}{name}"
