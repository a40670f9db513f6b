"""The stems by which a header is known that is none of the words of `header_words`: `Fec. Vto.`, `Q-Status`.

A stem alone is the beginning of a word of the header; `=` before it: the whole word; `*`: anywhere in the
header without its spaces (compounds, and scripts without spaces); `~`: the beginning of a word, in a header
that has a word for a date too. The first field in this order that has a stem in the header is meant.
"""

import re
from collections.abc import Mapping
from functools import cache

from service.registry.lists.conventions.locale_names import plain

_RECALL = "*recall *ruckruf rappel retirada retiro recolhimento ritiro richiamo wycofan *gericek отзыв *회수 *回収 *召回"
_STEMS: Mapping[str, str] = {
    "in_use_hours": "*anbruch *aufbrauch *apresouverture *ouverture apertura abiert abertura abert otwarci acildi "
    "вскрыти *개봉 *開封 *开封 *开启 *開啟 =inuse *inuse opening *afteropen *reconstitut",
    "stability_months": "*stabil laufzeit *shelflife *vidautil *rafomru trwalo haltbarkeitsdauer",
    "storage": "*lagerung *lagertemp *lagerbed aufbewahr storage stockage almacen armazen conserva przechow saklama "
    "depola хранен *보관 *저장 *保管 *貯法 *贮 *储 *儲 temperatur",
    "national_numbers": "=pzn =cip =aic =ndc national nacional nazional krajow ulusal национал *registo *국가코드",
    "complete": "*chargenvollstandig *allechargen *touslesl *todoslosl *todososl *tuttiil wszystkie *alllots "
    "*allbatches",
    "languages": "*sprache langue idioma lingua jezyk =dil =dili язык *언어 *言語 *语言 *語言 language",
    "form": "*darreich *arzneiform *dosageform *doseform galeni *formafarm *formefarm *formeph =farmasotik *лекарственнаяформа "
    "*제형 *剤形 *剂型 *劑型 postac",
    "strengths": "*starke *gehalt strength *dose dosis dosag dosaj dosier dawk =moc doz *maddemiktar дозиров *함량 *含量 "
    "*力価 potenc concentra konsantra stezeni",
    "content": "*inhalt *fullmenge *fullvol contenu contenance contenid conteud contenut zawart iceri содержим "
    "*내용량 *内容量 *装量 =fill content",
    "active_substance": "wirkstoff *substance *substanci *sustancia principio princip sostanza substancj etkin etken "
    "действующ *성분 *成分 ingredient",
    "manufacturer": "*hersteller *unternehmen *zulassungsinhaber *fabricant *laborato titula produttor producent uretici "
    "imalatci ruhsat производит изготовит держател *제조사 *제조회사 *제조판매 *製造販売 *製造業 *メーカー *企业 *厂家 *廠 "
    "manufactur =holder =mah company =firma supplier maker labeler labeller",
    "recall_class": "",
    "recall_reference": "",
    "recall_reason": "",
    "quantity": "*menge *stuckz =stk =anz anzahl =qte quantit cant unidad =un qtd =qta ilosc liczb =szt miktar adet =кол колич "
    "*수량 *数量 *數量 qty =packs =pcs =pieces =units =uds =unds =qde =qtde =ks =krt =mng =packungen =boxes existenc *出荷数 *在庫 *库存 *庫存 *재고 *freiverwendbar *unrestricteduse",
    "status": "*status =state zustand statut =etat estado =stato =stan durum статус состоян *상태 *状態 *状态 *狀態 *판정 "
    "*判定",
    "quality": "*analys *analis *prufergeb *result wynik sonuc результат *시험 *試験 *检验 *檢驗 =coa =qc",
    "released": "~freigabe ~freigegeben ~lib ~rilasc ~zwoln ~serbest ~выпуск *출하 *出荷 *放行 ~release ~certif ~qp "
    "*freigabedat",
    "made": "~herst ~prod ~fertig ~fab ~elab ~uret ~imal ~изг ~производ изготовлен *제조일 *생산일 *製造日 *製造年 *生产日 "
    "*生產日 ~mfg ~mfd =mfg =mfd =dom ~manuf ~wytw *herstellungsdat *produktionsdat",
    "expiry": "verfall =verf verfdat verfd ablauf haltbar verwendb =mhd =exp expir expdat expd *peremp caduc =cad =vto "
    "venc validez validad validit =valid =val scad wazn =skt "
    "*sonkullan miad годен годн *유효 *사용기 *만료 *使用期 *有効 *期限 *有效 *失效 *到期 *保质 =bbe =bbd =sled *useby "
    "*bestbefore",
    "markets": "*landern *lander =land *markte *markt pays pais paes kraj ulke стран *국가 *판매국 *販売国 *国家 *國家 countr "
    "market *destination *shippedto",
    "name": "*name nom nombre nome nazwa =adi ismi isim наименован назван *명칭 *제품명 *名称 *名稱 *品名 drug medicin "
    "*arzneimittel *bezeichnung brand",
    "gtin": "*gtin =ean =ntin =upc =jan *barkod *barcode *strichcode *штрих *条码 *條碼 *바코드 *バーコード barras barre kresk =gtin14 =gtin13 =ean13",
    "serial": "*serial *seriennum =sn *일련 *シリアル *序列 серийн seryjn",
    "lot": "charg =ch =lot =lote lotto =batch *로트 *제조번호 *ロット *批号 *批號 *批次 =серия =партия =parti =partii =serii =chg =chrg =chnr =bch =btch =bno =lotes",
    "authority": "*behorde autorit autorid =organ =makam kurum регулят ведом *기관 *当局 *機関 *机构 agency regulator",
    "kind": "=art =typ =type tipo rodzaj =tur =turu =вид *유형 *種別 *类型 *類型 =kind",
}
_RECALL_PARTS = {
    "recall_class": "clas clase class klas =sinifi класс *등급 *クラス *级 *等級 *klasse",
    "recall_reason": "grund motif motivo raison powod przyczyn nedeni sebebi причин *사유 *理由 *原因 reason",
    "recall_reference": "ref num nr no =id =nummer номер *번호 *番号 *编号 *編號",
}
_DATE_TEXT = "dat date datum data fecha fec f tarih tarihi t дата am le il on el em dt del day days"
_DATE_WORDS = frozenset(_DATE_TEXT.split())
_OTHERS = re.compile(
    r"herkunft|origin|ursprung|origen|pochodz|mense|происхожд|원산|原産|原产|liefer|versand|deliver|shipment|shipping"
    r"|order|bestell|rechnung|invoice|zahlung|payment|kunde|customer|client|cliente|lieferant|vendor"
)
"""Headers of other matters: a country of origin is no market, a delivery's state is none of a lot."""

_MONTHS = re.compile(r"monat|month|mois|meses|mesi|miesi|мес|개월|月|\bay\b", re.IGNORECASE)


@cache
def _rules() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Each field with its stems as (mark, stem)."""
    return tuple(
        (
            field,
            tuple(
                (each[0], plain(each[1:])) if each[0] in "=*~" else ("", plain(each))
                for each in stems.split()
            ),
        )
        for field, stems in _STEMS.items()
    )


@cache
def _recall_stems() -> tuple[
    tuple[tuple[str, str], ...], tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
]:
    def marked(text: str) -> tuple[tuple[str, str], ...]:
        return tuple((e[0], plain(e[1:])) if e[0] in "=*~" else ("", plain(e)) for e in text.split())

    return marked(_RECALL), tuple((field, marked(stems)) for field, stems in _RECALL_PARTS.items())


def by_stems(fields: frozenset[str], label: str, unit: str) -> str | None:
    """The field, one of `fields`, whose stem the header has; None where it has none, or is of other matters.

    `unit`: the header with its bracket, which may say months.
    """
    words = [word for each in re.split(r"[\W_]+", label) if (word := plain(each))]
    whole = "".join(words)
    if not words or len(words) > _MOST_WORDS or _OTHERS.search(whole):
        return None
    dated = bool(_DATE_WORDS.intersection(words)) or any(word.endswith(("datum", "dat")) for word in words)
    recall, parts = _recall_stems()
    if "recall_class" in fields and any(_has(stem, words, whole, dated=False) for stem in recall):
        return next(
            (field for field, stems in parts if any(_has(each, words, whole, dated=False) for each in stems)),
            None,
        )
    if "stability_months" in fields and _MONTHS.search(unit):
        return "stability_months"
    for field, stems in _rules():
        if field in fields and any(_has(stem, words, whole, dated=dated) for stem in stems):
            return field
    return None


_MOST_WORDS = 8


def _has(stem: tuple[str, str], words: list[str], whole: str, *, dated: bool) -> bool:
    mark, text = stem
    if mark == "*":
        return text in whole
    if mark == "=":
        return text in words
    return any(word.startswith(text) for word in words) and (dated or mark != "~")
