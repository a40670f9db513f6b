"""What the record says of how the product is described: name, strength, form, substance, language, number."""

from collections.abc import Iterator

from service.authenticity.descriptions.dosage_forms import forms_agree, named_form
from service.authenticity.descriptions.product_names import names_differ, nearly
from service.authenticity.descriptions.strength_names import name_strength_agrees, strengths_agree
from service.authenticity.descriptions.substance_names import substances_agree
from service.authenticity.evidence import Evidence, ProductRecord
from service.authenticity.reasons import Action, Reason, ReasonCode, against
from service.gs1.national import same_number

Reasons = Iterator[Reason]


def presentation_unknown(evidence: Evidence) -> Reasons:
    """A strength, substance, language or national number that the maker does not give this product."""
    product, shown = evidence.product, evidence.presented
    if product is None:
        yield from _none_of_the_named(evidence)
        return
    if shown.strength and strength_agrees(product, shown.strength) is False:
        yield _not_made(product, "strength", shown.strength)
    if shown.product and name_agrees(product, shown.product) is False:
        # Who types `Botox 150 units` has read the strength off the box.
        yield _not_made(product, "strength", shown.product)
    if shown.substance and substances_agree(shown.substance, product.active_substance) is False:
        yield _not_made(product, "substance", shown.substance)
    if shown.language and product.languages and shown.language not in product.languages:
        yield _not_made(product, "language", shown.language)
    for scheme, number in shown.national:
        known = [each for name, each in product.national_numbers if name == scheme]
        if known and not any(same_number(scheme, each, number) for each in known):
            yield _not_made(product, "national", f"{scheme} {number}")


def _none_of_the_named(evidence: Evidence) -> Reasons:
    """A name that several products of one maker bear, with a strength that none of them has."""
    shown, named = evidence.presented, evidence.named
    if len({each.manufacturer for each in named}) != 1:
        return
    for what, agrees in ((shown.strength, strength_agrees), (shown.product, name_agrees)):
        if what and all(agrees(each, what) is False for each in named):
            yield _not_made(named[0], "strength", what)
            return


def form_unknown(evidence: Evidence) -> Reasons:
    """A form, said or in the name, that the maker does not make the product in."""
    product, shown = evidence.product, evidence.presented
    if product is None:
        return
    if shown.form and forms_agree(shown.form, product.form) is False:
        what = shown.form
    elif shown.product and named_form(shown.product, product.form) is False:
        what = shown.product
    else:
        return
    params = {"what": what, "product": product.name, "manufacturer": product.manufacturer}
    yield against(ReasonCode.FORM_UNKNOWN, **params)


def name_not_on_record(evidence: Evidence) -> Reasons:
    """A brand that the maker does not use; worse where it is nearly the right one, beside a lot of it."""
    shown = evidence.presented
    product = evidence.product or next(iter(evidence.named), None)
    if product is None or not shown.product:
        return
    if names_differ(shown.product, known_as(product)):
        misspelt = nearly(shown.product, product.name) and evidence.batch is not None
        severity = Action.QUARANTINE if misspelt else Action.CHECK
        params = (("name", shown.product), ("product", product.name), ("manufacturer", product.manufacturer))
        yield Reason(ReasonCode.NAME_NOT_ON_RECORD, severity, params)
    if evidence.product is not None and evidence.named and product not in evidence.named:
        # The numbers say one product, and the name is another one's.
        yield against(ReasonCode.PRODUCT_MISMATCH, scope="name", name=shown.product, product=product.name)


def known_as(product: ProductRecord) -> str:
    """All that people may call the product by."""
    return f"{product.name} {product.manufacturer} {product.active_substance}"


def strength_agrees(product: ProductRecord, strength: str) -> bool | None:
    """Whether a strength is one of the product's; None where there is nothing to compare."""
    return strengths_agree(strength, product.strengths, product.active_substance)


def name_agrees(product: ProductRecord, name: str) -> bool | None:
    """Whether the strength in a name is one of the product's, or in its name; None where either says none."""
    if not product.strengths:
        return None
    return name_strength_agrees(name, (*product.strengths, product.name), product.active_substance)


def _not_made(product: ProductRecord, field: str, what: str) -> Reason:
    return against(ReasonCode.PRESENTATION_UNKNOWN, scope=field, what=what, manufacturer=product.manufacturer)
