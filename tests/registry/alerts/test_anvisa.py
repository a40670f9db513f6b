"""ANVISA's dossiers. Subjects, lots and resolutions are of dossiers that it published in 2025 and 2026."""

import json
from typing import Any

import pytest

from service.errors import RefusedError
from service.registry.alerts.anvisa import anvisa_notices, rows_of_dossier
from service.registry.alerts.notice_rows import LABELS

MEASURE: dict[str, Any] = {
    "acoesAtividades": ["Apreensão", "Proibição: Comercialização, Distribuição, Uso"],
    "situacaoMedidaCautelar": "Ativa",
    "numeroResolucao": "3.240",
    "dataPublicacao": 1_786_935_600_000,
    "motivacao": "Lote não reconhecido.",
}
RECALL = MEASURE | {"acoesAtividades": ["Recolhimento: Voluntário", "Suspensão: Uso"]}


def dossier(
    lots: Any = "955010", about: str = "MEDICAMENTO - Falsificação", **changes: Any
) -> dict[str, Any]:
    said = {
        "idDossie": 56220,
        "tipoProduto": {"codigo": 1, "descricao": "Medicamento"},
        "assunto": {"codigo": "70285", "descricao": about},
        "produtos": [{"produto": "MOUNJARO", "lotes": lots}],
        "medidasCautelares": [MEASURE],
    }
    return said | changes


def rows(said: dict[str, Any]) -> list[dict[str, str]]:
    return [dict(zip(LABELS, row, strict=True)) for row in rows_of_dossier(said)]


def test_a_falsified_lot_with_its_source() -> None:
    [row] = rows(dossier())
    assert row == {
        "authority": "ANVISA",
        "kind": "falsified",
        "product": "MOUNJARO",
        "lot": "955010",
        "expiry": "",
        "recall_class": "",
        "reference": "RE 3.240",
        "reported": "2026-08-17",
        "source_url": "https://consultas.anvisa.gov.br/#/dossie/",
        "detail": "Lote não reconhecido.",
    }


@pytest.mark.parametrize(
    ("about", "measure", "kind"),
    [
        ("MEDICAMENTO - Falsificação", RECALL, "falsified"),  # the genuine lot may be in order
        ("MEDICAMENTO - Empresa sem AFE / Produto sem Registro", MEASURE, "unlicensed"),
        ("MEDICAMENTO - Recolhimento voluntário", RECALL, "recalled"),
        ("MEDICAMENTO - Desvio de qualidade proveniente de denúncia", RECALL, "recalled"),
    ],
)
def test_kinds(about: str, measure: dict[str, Any], kind: str) -> None:
    assert rows(dossier(about=about, medidasCautelares=[measure]))[0]["kind"] == kind


def test_each_lot_of_each_product_and_the_latest_measure() -> None:
    products = [{"produto": "A", "lotes": "D838888 e D838858"}, {"produto": "B", "lotes": "855044"}]
    later = MEASURE | {"dataPublicacao": MEASURE["dataPublicacao"] + 86_400_000, "numeroResolucao": "3.300"}
    found = rows(dossier(produtos=products, medidasCautelares=[later, MEASURE]))
    assert [(row["product"], row["lot"]) for row in found] == [
        ("A", "D838888"),
        ("A", "D838858"),
        ("B", "855044"),
    ]
    assert {(row["reference"], row["reported"]) for row in found} == {("RE 3.300", "2026-08-18")}


@pytest.mark.parametrize(
    "said",
    [
        dossier("TODOS"),
        dossier(None),
        dossier(["955010"]),
        dossier("D880403, MJR 257, D854901"),
        dossier(tipoProduto={"codigo": 2, "descricao": "Cosmético"}),
        dossier(tipoProduto=None),
        dossier(about="COIME - Irregularidades em farmácias de manipulação"),  # seizes, calls nothing back
        dossier(assunto=7),
        dossier(produtos=[]),
        dossier(produtos="MOUNJARO"),
        dossier(
            produtos=[{"produto": "MOUNJARO", "lotes": "955010"}, 5]
        ),  # one product alone that is not certain
        dossier(produtos=[{"lotes": "955010"}]),
        dossier(medidasCautelares=[]),
        dossier(medidasCautelares=[MEASURE, MEASURE | {"situacaoMedidaCautelar": "Revogado Parcialmente"}]),
        dossier(medidasCautelares=[{}]),
    ],
)
def test_what_is_not_certain_is_left_to_a_person(said: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        rows_of_dossier(said)


@pytest.mark.parametrize("at", [None, "2026-08-17", -1, 10**30, 1.5, [1]])
def test_a_day_that_is_none_is_left_out(at: Any) -> None:
    assert rows(dossier(medidasCautelares=[MEASURE | {"dataPublicacao": at}]))[0]["reported"] == ""


def test_which_files_are_theirs() -> None:
    theirs = dossier()
    for content in (theirs, [theirs], {"content": [theirs, theirs], "totalPages": 1}):
        assert anvisa_notices(json.dumps(content).encode())
    others: tuple[Any, ...] = ({"content": [{"idDossie": 1}]}, [theirs, 1], [], None, {"produtos": []})
    for other in others:
        assert anvisa_notices(json.dumps(other).encode()) == []
    assert anvisa_notices(b"[" * 100_000) == []
