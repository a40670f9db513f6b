"""Words with a fixed meaning in cells of lists: states of a batch, dispositions of a unit, yes and no.

A word that is not here is asked about once for its column. `UNSURE` are words that quality departments use
in two senses: they are asked about too, and what they most often mean is suggested.
"""

import re
from collections.abc import Mapping

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import AlertKind, BatchStatus
from service.registry.lists.conventions.locale_names import plain

NOT_SAID = "-"
"""The answer that a word says nothing: the cell counts as empty."""

NOT_KNOWN = "?"
"""The answer that a word stays unknown: its rows are refused."""

_STATUS = {
    BatchStatus.RELEASED: "released, release, approved, certified, distributed, unrestricted, unrestricted use, "
    "QP released, QA released, passed, accepted, available, pass, for sale, sold, "
    "freigegeben, frei, frei verwendbar, genehmigt, zugelassen, marktfreigabe, "
    "libéré, libérée, accepté, approuvé, conforme, "
    "liberado, liberada, aprobado, aprobada, conforme, aceptado, "
    "aprovado, aprovada, aceite, "
    "rilasciato, rilasciata, approvato, conforme, liberato, "
    "zwolniony, zwolniona, zwolnione, zatwierdzony, dopuszczony, "
    "serbest, serbest bırakıldı, onaylı, onaylandı, uygun, "
    "выпущен, выпущена, выпущено, разрешено, разрешен, одобрено, реализация разрешена, допущен, "
    "출하승인, 승인, 적합, 합격, 출하, 출하가능, "
    "出荷可, 合格, 適合, 出荷済, 出荷済み, 承認済, 承認済み, 承認, "
    "放行, 已放行, 合格品, 批准, 已批准, 已上市",
    BatchStatus.PENDING: "pending, not released, unreleased, not yet released, awaiting release, in testing, "
    "in quality inspection, quality inspection, under test, in inspection, under review, to be released, "
    "in process, awaiting QP, "
    "in Prüfung, Prüfung, in Qualitätsprüfung, Qualitätsprüfung, Qualitätsprüfbestand, nicht freigegeben, "
    "noch nicht freigegeben, ausstehend, "
    "en attente, en contrôle, en cours, en cours d'analyse, non libéré, "
    "pendiente, en análisis, en espera, no liberado, en proceso, "
    "pendente, em análise, em espera, não liberado, "
    "in attesa, in analisi, non rilasciato, in corso, "
    "oczekuje, oczekujący, w badaniu, w trakcie badań, niezwolniona, "
    "beklemede, bekliyor, kontrolde, testte, "
    "ожидает, в ожидании, на контроле, на проверке, не выпущен, "
    "대기, 시험중, 검사중, 승인대기, 試験中, 検査中, 出荷待ち, 判定待ち, 未判定, 待放行, 待检, 检验中, 未放行, 待檢",
    BatchStatus.ON_HOLD: "on hold, hold, held, blocked, suspended, withheld, rejected, failed, not approved, "
    "gesperrt, gesperrter Bestand, Sperrbestand, blockiert, zurückgestellt, abgelehnt, "
    "bloqué, bloquée, suspendu, rejeté, refusé, non conforme, "
    "bloqueado, retenido, suspendido, rechazado, no conforme, "
    "retido, suspenso, rejeitado, reprovado, não conforme, "
    "bloccato, sospeso, respinto, trattenuto, "
    "zablokowany, zablokowana, wstrzymany, wstrzymana, odrzucony, odrzucona, "
    "bloke, blokeli, bloke edildi, askıda, reddedildi, red, "
    "заблокирован, заблокировано, приостановлен, приостановлено, забракован, забраковано, брак, блокирован, "
    "보류, 출하보류, 부적합, 불합격, 차단, 保留, 出荷停止, 不合格, 不適合, 冻结, 锁定, 暂停, 凍結, 拒收",
    BatchStatus.RECALLED: "recalled, recall, withdrawn, "
    "zurückgerufen, Rückruf, rappelé, rappelée, retiré, retirada, retirado, retirado del mercado, "
    "recolhido, recolhida, recolha, richiamato, ritirato, wycofany, wycofana, wycofane, "
    "geri çekildi, geri çağrıldı, geri çekilmiş, отозван, отозвано, отозвана, 회수, 회수됨, 회수대상, "
    "回収, 回収済, 回収対象, 召回, 已召回, 回收",
}
_QUARANTINE = (
    "quarantine, quarantined, in quarantine, Quarantäne, in Quarantäne, quarantaine, en quarantaine, cuarentena, "
    "en cuarentena, quarentena, em quarentena, quarantena, in quarantena, kwarantanna, w kwarantannie, karantina, "
    "karantinada, карантин, в карантине, на карантине, 격리, 隔離, 隔离, 待验"
)
STATUS: Mapping[str, BatchStatus] = {
    plain(word): status for status, words in _STATUS.items() for word in words.split(",")
} | {plain(word): BatchStatus.ON_HOLD for word in _QUARANTINE.split(",")}
"""The status of a batch by each word for it, as `plain` writes it."""

ALERT_KINDS: Mapping[AlertKind, str] = {
    AlertKind.FALSIFIED: "Fälschung, gefälscht, Arzneimittelfälschung, falsifié, contrefaçon, contrefait, falsification, "
    "falsificado, falsificada, falsificación, falsificação, contrafação, falsificato, falsificata, falsificazione, "
    "contraffatto, sfałszowany, fałszerstwo, podrobiony, sahte, taklit, фальсифицирован, фальсификат, фальсификация, "
    "контрафакт, подделка, 위조, 위조품, 偽造, 偽造品, 模倣品, 假药, 假冒, 伪造, 偽藥",
    AlertKind.RECALLED: "Rückruf, zurückgerufen, rappel, rappelé, retirada, retirado, retiro, recolhimento, recolhido, "
    "ritiro, ritirato, richiamo, wycofanie, wycofany, geri çekme, geri çekildi, отзыв, отозван, 회수, 回収, 召回, 回收",
    AlertKind.STOLEN: "Diebstahl, gestohlen, volé, vol, robado, robo, roubado, roubo, furto, rubato, skradziony, kradzież, "
    "çalıntı, hırsızlık, украден, кража, похищен, 도난, 盗難, 被盗, 盗窃, 失竊",
    AlertKind.TAMPERED: "manipuliert, Manipulation, altéré, manipulé, manipulado, manipulada, adulterado, adulterada, "
    "manipolato, manomesso, zmanipulowany, naruszony, kurcalanmış, вскрыт, нарушена целостность, 변조, 改ざん, 改竄, 篡改",
    AlertKind.UNLICENSED: "nicht zugelassen, ohne Zulassung, non autorisé, sans AMM, no autorizado, sin registro, "
    "não autorizado, sem registo, sem registro, non autorizzato, niedopuszczony, bez zezwolenia, ruhsatsız, "
    "не зарегистрирован, без регистрации, 무허가, 未承認, 無承認, 未经批准, 未註冊",
}
"""The kind of a notice by words for it in other languages than English."""

UNSURE = frozenset(plain(word) for word in _QUARANTINE.split(","))
"""Quarantine: stock that waits for its release, or stock that was taken out of sale."""

DISPOSITIONS: Mapping[str, Disposition] = {plain(each): each for each in Disposition} | {
    "commissioned": Disposition.ACTIVE,
    "decommissioned": Disposition.INACTIVE,
    "supplied": Disposition.DISPENSED,
    "onhold": Disposition.LOCKED,
}
"""The disposition of a unit by each word for it."""

YES = frozenset(
    map(
        plain,
        [
            "yes",
            "y",
            "true",
            "1",
            "ja",
            "j",
            "oui",
            "o",
            "si",
            "sí",
            "sim",
            "s",
            "x",
            "tak",
            "t",
            "evet",
            "e",
            "да",
            "예",
            "네",
            "はい",
            "是",
            "有",
            "○",
            "wahr",
            "vrai",
        ],
    )
) - {""}
NO = frozenset(
    map(
        plain,
        [
            "no",
            "n",
            "false",
            "0",
            "nein",
            "non",
            "não",
            "nie",
            "hayır",
            "h",
            "нет",
            "아니오",
            "아니요",
            "いいえ",
            "否",
            "无",
            "無",
            "×",
            "falsch",
            "faux",
        ],
    )
) - {""}

TOTALS = frozenset(
    plain(word)
    for word in [
        "total",
        "totals",
        "subtotal",
        "sum",
        "grandtotal",
        "summe",
        "gesamt",
        "gesamtsumme",
        "zwischensumme",
        "insgesamt",
        "totaux",
        "soustotal",
        "somme",
        "totale",
        "totali",
        "somma",
        "suma",
        "razem",
        "ogółem",
        "toplam",
        "genel",
        "итого",
        "всего",
        "сумма",
        "합계",
        "총계",
        "소계",
        "合計",
        "総計",
        "小計",
        "合计",
        "总计",
        "小计",
        "總計",
    ]
)
"""Words of a line below a list that sums it up."""

SIGNED = frozenset(
    plain(word)
    for word in [
        "signed",
        "signature",
        "approved",
        "prepared",
        "reviewed",
        "page",
        "printed",
        "created",
        "end",
        "unterschrift",
        "geprüft",
        "erstellt",
        "freigegeben",
        "seite",
        "ende",
        "signé",
        "signature",
        "approuvé",
        "page",
        "firma",
        "firmado",
        "aprobado",
        "página",
        "assinado",
        "assinatura",
        "firmato",
        "podpis",
        "strona",
        "imza",
        "sayfa",
        "подпись",
        "страница",
        "서명",
        "페이지",
        "署名",
        "以上",
        "以下余白",
        "以下空白",
        "頁",
        "签名",
        "第",
    ]
)
"""Words of a line below a list that signs or numbers it."""

_SEVERAL_LOTS = (
    "all, all lots, all batches, any, various, several, multiple, mixed, div, diverse, mehrere, alle, alle Chargen, "
    "tous, tous les lots, todos, varios, tutti, wszystkie, różne, tümü, все, разные, 전체, 全ロット, 全部"
)
PLACEHOLDERS = frozenset(
    plain(word)
    for word in [
        "na",
        "n/a",
        "none",
        "null",
        "nil",
        "unknown",
        "tbd",
        "tba",
        "tbc",
        "nolot",
        "nobatch",
        "notapplicable",
        "notavailable",
        "undefined",
        "dummy",
        *_SEVERAL_LOTS.split(", "),
        "xxx",
        "xx",
        "unbekannt",
        "keine",
        "kein",
        "ohne",
        "offen",
        "entfällt",
        "k.a.",
        "inconnu",
        "néant",
        "aucun",
        "sans",
        "sinlote",
        "desconocido",
        "ninguno",
        "desconhecido",
        "nenhum",
        "semlote",
        "sconosciuto",
        "nessuno",
        "nieznany",
        "brak",
        "nieznana",
        "yok",
        "bilinmiyor",
        "belirsiz",
        "неизвестно",
        "нет",
        "безномера",
        "없음",
        "미상",
        "해당없음",
        "不明",
        "なし",
        "無し",
        "該当なし",
        "无",
        "無",
        "未知",
        "不详",
        "没有",
    ]
)
"""What people write where they have no lot or serial."""

TIME_UNITS = {
    "hour": "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore godz godzina godziny saat ч час "
    "часа часов 시간 時間 小时 小時",
    "day": "d day days tag tage tagen jour jours dia dias giorno giorni dzien dni gun день дня дней сутки 일 日 天",
    "week": "w week weeks woche wochen semaine semaines semana semanas settimana settimane tydzien tygodnie hafta "
    "неделя недели недель 주 週 周",
    "month": "m mo month months monat monate monaten mois mes meses mese mesi miesiac miesiace miesiecy ay мес "
    "месяц месяца месяцев 개월 月 か月 ヶ月 个月 個月",
    "year": "y yr yrs year years jahr jahre jahren an ans ano anos anni anno rok lata lat yil г год года лет 년 年",
}
"""Words for units of time."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": tuple(str(each) for each in BatchStatus),
    "disposition": tuple(str(each) for each in Disposition),
}
"""What a word of the field can mean."""


_ENDING = re.compile(r"(?:[aeiosyаоыеиюя]{1,2}|[ey]ch?|e[nmrs]|[оы][ейй]|ая|ое|ые|ый|ий|ego|ej)$")
_SHORTEST_STEM = 6


def _stem(word: str) -> str:
    """A word without the ending that tells gender and number: `liberada` and `liberados` → `liberad`."""
    stem = _ENDING.sub("", word)
    return stem if len(stem) >= _SHORTEST_STEM else word


def _by_stem() -> dict[str, BatchStatus]:
    found: dict[str, set[BatchStatus]] = {}
    for word, status in STATUS.items():
        found.setdefault(_stem(word), set()).add(status)
    return {stem: statuses.pop() for stem, statuses in found.items() if len(statuses) == 1}


_STEMS = _by_stem()
_CODE = re.compile(r"^\s*[^\W_]{1,3}\s*[-–:=.)]\s*(?=[^\W\d_]{3})|\s*[(\[][^\W_]{1,3}[)\]]\s*$")
"""A code in front of a word or behind it: `R - Released`, `Released (R)`."""


def status_of(raw: str) -> BatchStatus | None:
    """The status of a batch that a word means, whatever its gender and number; None for an unknown word."""
    for text in (raw, _CODE.sub("", raw)):
        word = plain(text)
        found = STATUS.get(word) or _STEMS.get(_stem(word))
        if found is not None:
            return found
    return None


def word_key(raw: str) -> str:
    """A word as answers about it are kept: `plain`, or as it is where that leaves nothing (`✓`, `-`)."""
    return plain(raw) or raw.strip()


def known(field: str, raw: str) -> str | None:
    """What a word of the field means; None for a word that has to be asked about."""
    meaning = status_of(raw) if field == "status" else DISPOSITIONS.get(plain(raw))
    return None if meaning is None else str(meaning)
