"""ANVISA's dossiers of irregular and falsified medicines (JSON of its API), as rows of a list of notices.

Form: https://api.anvisa.gov.br/consultas-externas/dossie-doc, one dossier or a list of them: `tipoProduto`,
`assunto` (what it is about), `produtos` (name, `lotes` as text), `medidasCautelares` (the measures, each with
`acoesAtividades`, `situacaoMedidaCautelar`, `numeroResolucao`, `dataPublicacao` in milliseconds).
A dossier about all lots, about a product without lots, or with a measure that is revoked is left to a person.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service.registry.alerts.notice_rows import all_rows, lots_of, parsed_json, row, uncertain
from service.registry.lists.cells import free_text

_MEDICINE = 1
_SOURCE = "https://consultas.anvisa.gov.br/#/dossie/"
_IN_FORCE = "ativa"
_FALSIFIED = re.compile(r"falsifica", re.IGNORECASE)
_UNREGISTERED = re.compile(r"sem\s+registro", re.IGNORECASE)
_RECALL = re.compile(r"recolhimento", re.IGNORECASE)
_LATEST = 4_102_444_800_000
"""1 January 2100, in milliseconds since 1970."""


def anvisa_notices(content: bytes) -> list[Mapping[str, Any]]:
    """Return the dossiers in a file, one or several (a list, or `content`); none where it is another file."""
    parsed = parsed_json(content)
    if isinstance(parsed, dict) and "content" in parsed:
        parsed = parsed["content"]
    found: list[Any] = parsed if isinstance(parsed, list) else [parsed]
    theirs: list[Mapping[str, Any]] = [
        each for each in found if isinstance(each, dict) and {"produtos", "medidasCautelares"} <= each.keys()
    ]
    return theirs if len(theirs) == len(found) else []


def rows_of_dossier(dossier: Mapping[str, Any]) -> list[list[str]]:
    """Return a row for each lot of each product. VALUE_INVALID names what is not certain."""
    products = _objects(dossier, "produtos")
    title = ", ".join(filter(None, (_text(each, "produto") for each in products))) or "A dossier of ANVISA"
    if _inner(dossier, "tipoProduto").get("codigo") != _MEDICINE:
        raise uncertain(title, "a dossier about a medicine (tipoProduto 1)")
    measures = _objects(dossier, "medidasCautelares")
    states = [_text(each, "situacaoMedidaCautelar") for each in measures]
    if not states or any(state.casefold() != _IN_FORCE for state in states):
        raise uncertain(title, "measures that are all in force (Ativa)", ", ".join(states))
    latest = max(measures, key=_published)
    number = _text(latest, "numeroResolucao")
    common = {
        "authority": "ANVISA",
        "kind": _kind(dossier, measures, title),
        "reference": f"RE {number}" if number else "",
        "reported": _day(_published(latest)),
        "source_url": _SOURCE,
    }
    reason = _text(latest, "motivacao")[:3000]
    if not all(_text(each, "produto") for each in products):
        raise uncertain(title, "products with their names")
    rows = (
        row(
            **common,
            product=_text(product, "produto")[:200],
            lot=lot,
            detail=free_text("; ".join(filter(None, (remark, reason))), 4000),
        )
        for product in products
        for lot, remark in lots_of(_text(product, "lotes"), title)
    )
    return all_rows(rows, title, "products with their lots")


def _kind(dossier: Mapping[str, Any], measures: list[Mapping[str, Any]], title: str) -> str:
    """What it is; a falsified medicine is not called back as well, for its genuine lot may be in order."""
    about = _text(_inner(dossier, "assunto"), "descricao")
    if _FALSIFIED.search(about):
        return "falsified"
    if _UNREGISTERED.search(about):
        return "unlicensed"
    done = [
        each for measure in measures for each in measure.get("acoesAtividades") or () if isinstance(each, str)
    ]
    if any(_RECALL.search(each) for each in done):
        return "recalled"
    raise uncertain(title, "a falsification, a product without registration or a recall", about)


def _published(measure: Mapping[str, Any]) -> int:
    """When the measure was published, in milliseconds since 1970; 0 where it is not said."""
    at = measure.get("dataPublicacao")
    return at if isinstance(at, int) and 0 < at < _LATEST else 0


def _day(milliseconds: int) -> str:
    """The day: ANVISA's midnight is two or three o'clock of the same day in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC).date().isoformat() if milliseconds else ""


def _objects(dossier: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list; one that is none is as an empty one, which leaves the dossier to a person."""
    found = dossier.get(name)
    return [each if isinstance(each, dict) else {} for each in found] if isinstance(found, list) else []


def _inner(dossier: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = dossier.get(name)
    return found if isinstance(found, dict) else {}


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return " ".join(found.split()) if isinstance(found, str) else ""
