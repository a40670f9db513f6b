"""Published recalls and warnings in words."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.authenticity.evidence import AlertKind, RecallScope
from service.registry.public_notices import PublicRecall
from service.web.text.formatting import N_, date_words, visible

_KINDS: Mapping[AlertKind, str] = {
    AlertKind.FALSIFIED: N_("Fakes were found"),
    AlertKind.TAMPERED: N_("Tampered with"),
    AlertKind.STOLEN: N_("Stolen"),
    AlertKind.UNLICENSED: N_("Not licensed"),
    AlertKind.RECALLED: N_("Recalled"),
}


def kind_words(kind: AlertKind, tr: NullTranslations) -> str:
    """What a warning says of the product, in a few words."""
    return tr.gettext(_KINDS[kind])


def recall_subject(recall: PublicRecall, tr: NullTranslations) -> str:
    """Which packs are recalled."""
    lot = visible(recall.lot)
    if recall.scope in {RecallScope.RANGE, RecallScope.LIST}:
        some = tr.gettext("Some packs, by their serial numbers")
        return tr.gettext("{some}, of lot {lot}").format(some=some, lot=lot) if lot else some
    if recall.scope is RecallScope.WINDOW and recall.expiry_from and recall.expiry_to:
        return tr.gettext("Every pack that expires from {first} to {last}").format(
            first=date_words(recall.expiry_from.isoformat(), tr),
            last=date_words(recall.expiry_to.isoformat(), tr),
        )
    if lot:
        return tr.gettext("Lot {lot}").format(lot=lot)
    return tr.gettext("Every pack") if recall.scope else tr.gettext("The notice names no lot")
