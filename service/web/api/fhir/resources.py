"""Resources of FHIR R4 made from records: plain values, valid by the standard's definitions.

No resource here names a patient: the subject of a use is what the caller says, else the clinic's own
reference of it, which means something to that clinic alone.
"""

from service.authenticity.evidence import BatchStatus
from service.clinics.uses.register import RecordedUse
from service.registry.medications import MedicinalBatch, MedicinalProduct
from service.web.api.fhir.systems import (
    GTIN,
    REFERENCES,
    USES,
    Plain,
    concept,
    fhir_date,
    gtin_coding,
    national_codings,
)

_NO_SUBJECT = "Not recorded: this service holds no patients"


def medication_id(batch: MedicinalBatch) -> str:
    """The id of the resource of a lot.

    A lot may hold characters that an id may not.
    """
    return f"{batch.product.gtin}-{batch.id}"


def medication(batch: MedicinalBatch) -> Plain:
    """One lot of a product. `status` is active while the lot may be used."""
    product = batch.product
    return {
        "resourceType": "Medication",
        "id": medication_id(batch),
        "identifier": [{"system": GTIN, "value": product.gtin}],
        "code": _code(product),
        "status": "active" if batch.status is BatchStatus.RELEASED else "inactive",
        "manufacturer": {"display": product.manufacturer},
        **({"form": concept(product.form)} if product.form else {}),
        **_ingredient(product),
        "batch": {"lotNumber": batch.lot, "expirationDate": fhir_date(batch.expiry)},
    }


def medication_knowledge(product: MedicinalProduct) -> Plain:
    """One product, whatever its lots."""
    return {
        "resourceType": "MedicationKnowledge",
        "id": product.gtin,
        "code": _code(product),
        "status": "active",
        "manufacturer": {"display": product.manufacturer},
        **({"doseForm": concept(product.form)} if product.form else {}),
        "synonym": [f"{product.name} {each}" for each in product.strengths] or [product.name],
        **_ingredient(product),
    }


def medication_administration(number: int, use: RecordedUse, subject: str, base: str) -> Plain:
    """A use of a vial. `subject`: the reference to a patient that the caller gave; empty: none was given."""
    made: Plain = {
        "resourceType": "MedicationAdministration",
        "id": str(number),
        "contained": [_contained(use)],
        "identifier": _identifiers(number, use, base),
        "status": "completed",
        "medicationReference": {"reference": "#vial"},
        "subject": _subject(use, subject, base),
        "effectiveDateTime": _moment(use),
        "performer": [{"actor": {"display": use.actor or "A program of the clinic"}}],
    }
    if use.used is not None:
        made["dosage"] = {"text": _amount(use), "dose": _quantity(use)}
    return made


def immunization(number: int, use: RecordedUse, subject: str, base: str) -> Plain:
    """The same use, where the caller's software files the product as a vaccine."""
    made: Plain = {
        "resourceType": "Immunization",
        "id": str(number),
        "identifier": _identifiers(number, use, base),
        "status": "completed",
        "vaccineCode": _product_used(use),
        "patient": _subject(use, subject, base),
        "occurrenceDateTime": _moment(use),
        "lotNumber": use.lot or "unknown",
        **({"expirationDate": fhir_date(use.expiry)} if use.expiry else {}),
        "performer": [{"actor": {"display": use.actor or "A program of the clinic"}}],
    }
    if use.used is not None:
        made["doseQuantity"] = _quantity(use)
    return made


def searchset(resources: list[Plain], links: dict[str, str], base: str, notes: list[Plain]) -> Plain:
    """A Bundle of what was found. `links`: by their relation; `notes`: issues on the search itself."""
    entries: list[Plain] = [
        {
            "fullUrl": f"{base}/{each['resourceType']}/{each['id']}",
            "resource": each,
            "search": {"mode": "match"},
        }
        for each in resources
    ]
    if notes:
        said = {"resourceType": "OperationOutcome", "issue": notes}
        entries.append({"resource": said, "search": {"mode": "outcome"}})
    bundle: Plain = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": name, "url": url} for name, url in links.items()],
    }
    return bundle | ({"entry": entries} if entries else {})


def _code(product: MedicinalProduct) -> Plain:
    coding = gtin_coding(product.gtin, product.name)
    return concept(product.name, coding, *national_codings(product.national_numbers))


def _ingredient(product: MedicinalProduct) -> Plain:
    if not product.active_substance:
        return {}
    return {"ingredient": [{"itemCodeableConcept": concept(product.active_substance), "isActive": True}]}


def _product_used(use: RecordedUse) -> Plain:
    name = use.product_name or "Unknown product"
    return concept(name, gtin_coding(use.gtin, name)) if use.gtin else concept(name)


def _contained(use: RecordedUse) -> Plain:
    batch: Plain = {"lotNumber": use.lot} if use.lot else {}
    if use.expiry is not None:
        batch["expirationDate"] = fhir_date(use.expiry)
    vial: Plain = {"resourceType": "Medication", "id": "vial", "code": _product_used(use)}
    if use.serial and use.gtin:
        vial["identifier"] = [{"system": GTIN, "value": use.gtin}, {"value": use.serial}]
    return vial | ({"batch": batch} if batch else {})


def _identifiers(number: int, use: RecordedUse, base: str) -> list[Plain]:
    own: list[Plain] = [{"system": f"{base}/NamingSystem/{USES}", "value": str(number)}]
    return [*own, _reference(use, base)] if use.reference else own


def _reference(use: RecordedUse, base: str) -> Plain:
    return {"system": f"{base}/NamingSystem/{REFERENCES}", "value": use.reference}


def _subject(use: RecordedUse, given: str, base: str) -> Plain:
    if given:
        return {"reference": given}
    if use.reference:
        return {"type": "Patient", "identifier": _reference(use, base)}
    return {"display": _NO_SUBJECT}


def _moment(use: RecordedUse) -> str:
    return use.at.isoformat(timespec="seconds")


def _amount(use: RecordedUse) -> str:
    return f"{use.used} {use.unit}".strip()


def _quantity(use: RecordedUse) -> Plain:
    assert use.used is not None  # noqa: S101 (for the type checker: the caller has looked)
    plain = use.used.normalize()
    value: int | float = int(plain) if plain == plain.to_integral_value() else float(plain)
    return {"value": value, "unit": use.unit} if use.unit else {"value": value}
