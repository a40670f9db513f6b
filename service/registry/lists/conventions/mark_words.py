"""Headers of lists of marks (what tells known fakes by eye), and names of features."""

from collections.abc import Mapping

from service.authenticity.evidence import MarkFeature
from service.registry.lists.conventions.header_words import (
    AUTHORITY,
    GTIN,
    LOT,
    MARKETS,
    PRODUCT,
    REFERENCE,
    REPORTED,
    SOURCE_URL,
)

MARK_LIST: Mapping[str, str] = {
    "mark": "mark id, mark code, id of the mark",
    "authority": f"{AUTHORITY}, published by",
    "product": PRODUCT,
    "gtin": GTIN,
    "feature": "feature, kind of feature, merkmal, caractéristique",
    "part": "where to look, part of the pack, place on the pack",
    "look_at": "look at, what to look at, look for, question",
    "should_be": "should be, how it should be, genuine, original, authentic",
    "differs": "differs, how fakes differ, known fakes, on fakes, counterfeit, fake",
    "fakes": "fakes, notices of fakes, which fakes",
    "lot": f"lots, lots of the fakes, {LOT}",
    "markets": MARKETS,
    "reference": REFERENCE,
    "reported": REPORTED,
    "source_url": SOURCE_URL,
}
"""By field, as in the tables of `columns`."""

FEATURES: Mapping[MarkFeature, str] = {
    MarkFeature.SEAL: "tamper seal, tamper evidence, closure, safety seal",
    MarkFeature.HOLOGRAM: "holographic, security label, security feature, security mark",
    MarkFeature.TYPEFACE: "font, type, lettering, print, printing",
    MarkFeature.SPELLING: "wording, text, capital letters, typing error, spelling mistake",
    MarkFeature.LANGUAGE: "languages",
    MarkFeature.NAME: "substance, active substance, active ingredient, brand, product name",
    MarkFeature.ADDRESS: "manufacturer, maker, company, licence holder",
    MarkFeature.NUMBERS: "lot, batch, expiry, date, format, variable data",
    MarkFeature.COLOUR: "color, colours, colors",
    MarkFeature.LABEL: "labels, layout, carton, box, packaging, package",
    MarkFeature.CODE: "barcode, 2d code, data matrix, datamatrix, qr code",
    MarkFeature.BRAILLE: "braille marking",
    MarkFeature.VIAL: "bottle, glass, ampoule, vial base, container, syringe, blister",
    MarkFeature.CAP: "flip-off cap, flip-top, stopper, rubber stopper, lid, crimp",
    MarkFeature.DEVICE: "pen, injector",
    MarkFeature.LEAFLET: "package leaflet, insert, package insert, leaflets",
    MarkFeature.CONTENTS: "content, powder, liquid, tablet, tablets",
    MarkFeature.SIZE: "dimensions, height, length",
}
"""Other names of each feature."""
