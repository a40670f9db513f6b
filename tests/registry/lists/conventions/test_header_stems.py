"""Headers as strangers write them: none of them is a word of `header_words`, and each means what a person reads."""

import pytest

from service.registry.lists.columns import ListKind, field_of

PRODUCTS, BATCHES, UNITS, ALERTS = ListKind.PRODUCTS, ListKind.BATCHES, ListKind.UNITS, ListKind.ALERTS
WORDS = {
    (
        PRODUCTS,
        "gtin",
    ): "GTIN (14-stellig)|Produktcode (GTIN)|EAN-Nr.|Code produit GTIN|Código EAN13|Código GTIN-14|Codice EAN 13|Kod EAN13|Barkod (GTIN)|Штрихкод (EAN-13)|GTIN 코드|GTIN(14桁)|商品代码(GTIN)|GTIN-14 code|Item GTIN|Pack GTIN",
    (
        PRODUCTS,
        "name",
    ): "Arzneimittelname|Name des Produkts|Nom de la spécialité|Nom commercial du produit|Nombre del medicamento|Nome do medicamento|Nome del medicinale|Nazwa produktu leczniczego|İlacın adı|Ürün ismi|Торговое наименование препарата|의약품 명칭|医薬品の名称|药品通用名称|Medicinal product name|Drug name|Brand",
    (
        PRODUCTS,
        "manufacturer",
    ): "Hersteller / Zulassungsinhaber|Pharmaunternehmen|Name des Herstellers|Nom du fabricant|Laboratoire titulaire|Nombre del fabricante|Laboratorio fabricante|Nome do fabricante|Nome del produttore|Nazwa producenta|Üretici firma adı|Наименование производителя|제조회사|제조판매업자|製造販売業者名|生产企业名称|Manufacturing company|MAH name|Supplier",
    (
        PRODUCTS,
        "active_substance",
    ): "Wirkstoffname|Wirkstoff (INN)|Nom de la substance active|Principio(s) activo(s)|Princípio(s) ativo(s)|Principio attivo (DCI)|Nazwa substancji czynnej|Etkin maddesi|Действующее вещество (МНН)|유효 성분명|有効成分名|活性成分名称|Active substance (INN)|Active ingredients",
    (
        PRODUCTS,
        "strengths",
    ): "Stärke (Einheiten)|Wirkstoffgehalt|Dosage (unités)|Dosis por vial|Dosagem (unidades)|Dosaggio per flaconcino|Moc (j.)|Etken madde miktarı|Дозировка (ЕД)|1바이알당 함량|規格・含量|含量(单位)|Strength (U)|Dose per vial",
    (
        PRODUCTS,
        "form",
    ): "Arzneiform|Darreichungsform (EDQM)|Forme galénique|Forma farmacéutica|Forma farmacêutica|Forma farmaceutica|Postać|Farmasötik şekil|Лекарственная форма|제형|剤形|剂型|Dosage form (EDQM)|Pharmaceutical dose form",
    (
        PRODUCTS,
        "markets",
    ): "Vermarktungsländer|Absatzmärkte|Länder (ISO)|Pays de commercialisation|Países de comercialización|Países de comercialização|Paesi di commercializzazione|Kraje sprzedaży|Satıldığı ülkeler|Страны обращения|판매 국가|販売国|销售国家/地区|Marketed in|Market(s)|Countries (ISO)",
    (
        PRODUCTS,
        "languages",
    ): "Sprachen der Packung|Packungssprachen|Langue de l'étiquetage|Idioma del envase|Idioma da embalagem|Lingua della confezione|Język opakowania|Ambalaj dili|Язык упаковки|포장 언어|包装言語|包装语言|Label language|Pack language(s)",
    (
        PRODUCTS,
        "content",
    ): "Inhalt der Durchstechflasche|Füllvolumen|Contenu du flacon|Contenido del vial|Conteúdo do frasco|Contenuto del flaconcino|Zawartość fiolki|Flakon içeriği|Содержимое флакона|바이알 내용량|バイアル内容量|每瓶装量|Vial content|Content per vial|Fill volume",
    (
        PRODUCTS,
        "in_use_hours",
    ): "Haltbarkeit nach Anbruch (Stunden)|Aufbrauchsfrist|Durée d'utilisation après ouverture|Validez una vez abierto|Período de validade após abertura|Validità dopo l'apertura|Okres trwałości po otwarciu|Açıldıktan sonra kullanım süresi|Срок годности после вскрытия|개봉 후 사용기간|開封後使用期限|开启后有效期|In-use stability (h)|Time in use after opening|Shelf life after first opening",
    (
        PRODUCTS,
        "storage",
    ): "Lagerbedingung|Lagertemperatur (°C)|Aufbewahrung|Conditions de stockage|Temperatura de almacenamiento|Condições de armazenamento|Conservazione (°C)|Warunki przechowywania|Saklama koşulu|Условия хранения (°C)|보관 온도|保管温度（℃）|贮存温度|Storage (°C)|Storage temp.",
    (
        PRODUCTS,
        "stability_months",
    ): "Haltbarkeit in Monaten|Haltbarkeitsdauer (Monate)|Laufzeit (Monate)|Durée de conservation (mois)|Periodo de validez (meses)|Prazo de validade (meses)|Periodo di validità (mesi)|Okres ważności (miesiące)|Raf ömrü (ay)|Срок годности (мес.)|유효기간(개월)|有効期間（月）|有效期(月)|Shelf life (months)|Stability time|Shelf-life",
    (
        PRODUCTS,
        "national_numbers",
    ): "PZN|Pharmazentralnummer|Code CIP|Código Nacional|N.º de registo|Codice AIC|Krajowy numer|Ulusal kod|국가 코드|National no.|NHRN",
    (
        PRODUCTS,
        "complete",
    ): "Alle Chargen gemeldet|Chargen vollständig|Tous les lots enregistrés|Todos los lotes registrados|Todos os lotes registados|Tutti i lotti registrati|Wszystkie serie zgłoszone|All lots on record|Complete?",
    (
        BATCHES,
        "lot",
    ): "Ch.-Nr.|Charge Nr.|Chargen Nr|Chargenbez.|LOT|Lot-Nr.|N° lot|Lot n°|No. de lote|Lote Nº|Nr. lotto|Lotto n.|Numer serii (LOT)|Parti/Lot No|Seri No (Lot)|Серия №|№ серии|Партия №|제조번호(LOT)|로트 번호|ロット番号(LOT)|製造番号／ロット|产品批号|批号(LOT)|Batch/Lot|Lot/Batch #|Batch ID",
    (
        BATCHES,
        "expiry",
    ): "Verfalldat.|Verf.-Datum|Verwendbar bis (MM/JJJJ)|Haltbarkeitsende|Ablauf-Datum|MHD|Date exp.|Exp. le|Péremption (MM/AAAA)|F. caducidad|Fecha de cad.|Fec. Vto.|Cad.|Data de val.|Validade (MM/AAAA)|Val.|Scad.|Data scad.|Scadenza (MM/AAAA)|Data ważn.|Termin ważności (RRRR-MM)|S.K.T.|Son kullanma t.|Годен до (ММ.ГГГГ)|Срок годн.|유효기한(년월일)|사용기한 (년/월)|使用期限(年月)|有効期限(年/月)|有效期至(年-月)|失效期|Exp|EXP.|Exp. Dt.|Use-by|Expiry (YYYY-MM)|BBE|BBD|SLED",
    (
        BATCHES,
        "made",
    ): "Herst.-Datum|Herstellungsdat.|Prod.-Datum|Date fab.|Fab. le|F. fabricación|Fecha fab.|Fec. elab.|Data fab.|Data de fab.|Data prod.|Data di prod.|Data prod.|Üretim t.|Ü.T.|Дата изг.|Изготовлен|제조일(년월일)|製造日(年月日)|生产日期(年月日)|Mfg.|MFD|Mfg. Dt|DOM|Manufactured",
    (
        BATCHES,
        "released",
    ): "Freigabedat.|Freigegeben am|Date de lib.|Libéré le|F. liberación|Fecha de lib.|Data de lib.|Liberado em|Data rilascio|Rilasciato il|Data zwolnienia|Serbest bırakma t.|Дата выпуска в обращение|출하 승인일|出荷判定日|放行时间|QP release|Release dt|Released on|Certified on",
    (
        BATCHES,
        "status",
    ): "Status der Charge|Q-Status|Qualitätsstatus|Freigabestatus|Bestandsstatus|Statut qualité|Estado de calidad|Estado de qualidade|Stato qualità|Status jakości|Kalite durumu|Статус качества|품질 상태|品質ステータス|质量状态|QA-Status|Quality status|Lot state|Release state",
    (
        BATCHES,
        "quantity",
    ): "Menge (Stk.)|Menge [ST]|Stückz.|Anz. Packungen|Chargenmenge|Qté (boîtes)|Quantité (unités)|Cant. (uds.)|Nº de unidades|Qtd. (un.)|Qtde.|Q.tà|Qtà (pz)|Ilość (szt.)|Liczba szt.|Miktar (adet)|Кол-во (уп.)|Количество, шт.|수량(개)|数量（個）|数量(盒)|Qty (EA)|Qty.|Packs released|Units produced|Batch qty",
    (
        BATCHES,
        "markets",
    ): "Länder|Zielländer|Zielmärkte|Pays|Mercados|Paesi|Kraje|Ülkeler|Страны|국가|国|国家|Shipped to|Destination",
    (
        BATCHES,
        "quality",
    ): "Prüfergebnis|Analysenwerte|Résultats d'analyses|Resultados de análisis|Risultati analisi|Wyniki|Analiz sonucu|Результаты контроля|시험 결과|試験結果|检验结果|CoA results|QC results",
    (
        BATCHES,
        "recall_class",
    ): "Rückrufklasse|Classe du rappel|Clase de la retirada|Classe do recolhimento|Classe del ritiro|Klasa wycofania|Geri çekme sınıfı|Класс отзыва|회수 등급|回収クラス|召回级别|Recall class",
    (
        BATCHES,
        "recall_reason",
    ): "Grund des Rückrufs|Motif du rappel|Motivo de retirada|Motivo do recolhimento|Motivo del ritiro|Powód wycofania|Geri çekme nedeni|Причина отзыва|회수 사유|回収理由|召回原因|Reason for recall",
    (
        UNITS,
        "serial",
    ): "Serien-Nr.|S/N|SN|Seriennummern|N° série|Nº serie|N.º de série|Num. seriale|Nr seryjny|Seri No|Серийный №|일련 번호|シリアル No.|序列号(SN)|Serialnumber|Serial no.",
    (
        UNITS,
        "disposition",
    ): "Packungsstatus|Status|État|Estado|Stato|Stan|Durum|Статус|상태|状態|状态|Pack state",
    (
        ALERTS,
        "authority",
    ): "Zuständige Behörde|Autorité compétente|Autoridad competente|Autoridade competente|Autorità competente|Właściwy organ|Yetkili makam|Регулятор|규제 기관|規制当局|监管机构|Issuing authority",
    (
        ALERTS,
        "kind",
    ): "Art der Warnung|Type d'alerte|Tipo de alerta|Tipo di allerta|Rodzaj ostrzeżenia|Uyarı türü|Вид предупреждения|유형|種別|类型|Alert type",
}
OF_OTHER_MATTERS = (
    "Material|Artikelnummer|Werk|Lfd. Nr.|Herkunftsland|Country of origin|Lieferstatus|Kundenname|Preis|User"
    "|Created by|Plant|Lagerort|Gewicht|Verfahren|Standort|Expected delivery|Export|Validated by|Lieferdatum|SKU"
    "|Buchungsdatum|Test date|Einheit|Unit|Currency|Medulla Pharma GmbH|Total"
)


@pytest.mark.parametrize(("kind", "field"), WORDS)
def test_a_header_means_what_a_person_reads(kind: ListKind, field: str) -> None:
    read = {header: field_of(kind, header) for header in WORDS[kind, field].split("|")}
    assert read == dict.fromkeys(read, field)


@pytest.mark.parametrize("header", OF_OTHER_MATTERS.split("|"))
def test_a_header_of_other_matters_means_nothing(header: str) -> None:
    assert {field_of(kind, header) for kind in (PRODUCTS, BATCHES, UNITS)} == {None}
