"""Link types of the GS1 Web Vocabulary, and how a request names them.

>>> asked_link_type("gs1:pip"), asked_link_type("https://ref.gs1.org/voc/epil"), asked_link_type("all")
('pip', 'epil', 'linkset')
"""

from collections.abc import Mapping

NAMESPACE = "https://ref.gs1.org/voc/"
"""The namespace that answers use. Requests may use the two older spellings of it, and the prefix `gs1:`."""

LINKSET = "linkset"
DEFAULT_LINK = "defaultLink"
DEFAULT_LINK_MULTI = "defaultLinkMulti"
VERIFICATION_SERVICE = "verificationService"
RECALL_STATUS = "recallStatus"

_PREFIXES = (NAMESPACE, "https://gs1.org/voc/", "https://www.gs1.org/voc/", "gs1:")

LINK_TYPES: Mapping[str, str] = {
    "pip": "Product information page",
    "epil": "Electronic leaflet for patients",
    "smpc": "Summary of product characteristics",
    "eifu": "Electronic instructions for use",
    "instructions": "Instructions",
    "safetyInfo": "Safety information",
    "recallStatus": "Recall status",
    "verificationService": "Verification service",
    "certificationInfo": "Certificates",
    "support": "Support",
    "faqs": "Frequently asked questions",
    "traceability": "Traceability information",
    "epcis": "EPCIS repository",
    "jws": "Signed data (JSON Web Signature)",
    "masterData": "Master data",
    "relatedVideo": "Video",
    "relatedImage": "Image",
    "registerProduct": "Registration of the product",
}
"""The link types that a manufacturer may give a target to, by their names in the vocabulary, in English."""


def asked_link_type(text: str) -> str | None:
    """Return the name of a link type that a request asks for; LINKSET for `linkset` and for the deprecated
    `all`; None for a name outside GS1's vocabulary, of which there is no link here.
    """
    if text in (LINKSET, "all"):
        return LINKSET
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            name = text.removeprefix(prefix)
            return name if name.isascii() and name.isalnum() else None
    return None


def link_type_uri(name: str) -> str:
    """Return the URI of a link type, as linksets have it."""
    return NAMESPACE + name
