"""What packs print before (or behind) a number: the words of many languages for lot, expiry, serial and GTIN.

>>> label_of("Ch.-B."), label_of("Номер серии"), label_of("使用期限")
(<Field.LOT: 'lot'>, <Field.LOT: 'lot'>, <Field.EXPIRY: 'expiry'>)

Words are compared without case, accents and signs. `серия`, `serija` and `sērija` are lots on medicines,
`numéro de série` is a serial number; where a word means either (`Seri no`), it is a `Field.LOT_OR_SERIAL`.
"""

# ruff: noqa: RUF001 - words of many scripts

import unicodedata
from enum import StrEnum
from functools import lru_cache


class Field(StrEnum):
    """What a label announces. `OTHER` is anything that says nothing of the pack's identity."""

    GTIN = "gtin"
    PRODUCT_CODE = "product_code"
    LOT = "lot"
    SERIAL = "serial"
    LOT_OR_SERIAL = "lot_or_serial"
    EXPIRY = "expiry"
    NATIONAL = "national"
    OTHER = "other"


# Words that a number of any kind is announced with: "Lot No.", "N° de lot", "Chargennummer", "Broj serije".
# "Lot No.", "N° de lot", "Chargennummer", "Broj serije"
_NUMBER_WORDS = [
    "no",
    "n",
    "nr",
    "nro",
    "num",
    "number",
    "numero",
    "numeros",
    "nummer",
    "nummern",
    "number",
    "code",
    "codigo",
    "codice",
    "kode",
    "kod",
    "id",
    "номер",
    "ном",
    "ном.",
    "број",
    "broj",
    "br",
    "st",
    "stevilka",
    "c",
    "cislo",
    "nomor",
    "nombor",
    "so",
    "号",
    "號",
    "号码",
    "번호",
    "رقم",
    "شماره",
    "αρ",
    "αριθμος",
    "מספר",
    "מס",
    "नंबर",
    "नं",
    "संख्या",
    "নং",
    "নম্বর",
    "หมายเลข",
    "เลขที่",
]
_BETWEEN = ("", "de", "du", "di", "do", "da", "del", "of", "van", "the", "le")

_LOT_STEMS = """
lot|lots|lott|batch|lote|lotto|lotti|charge|chargen|charg|los|lota|partie|parti|partii|partij|partija|partia|partida
sats|bets|bech|bechi|kelompok|era|sarze|sarza|saria|tetel|tetelszam|serija|serije|serii|serijas|lotul
серия|серии|серія|серії|серија|серије|партия|партии|партія|партії|партида|партија|парт|лот|шарж|сериясы|топтама
παρτιδα|παρτιδας|אצווה|אצוות|منوال|تشغيلة|التشغيلة|دفعة|الدفعة|وجبة|الوجبة|لوط|بچ|بيچ|بیچ|سریساخت
बैच|लॉट|ব্যাচ|লট|बॅच|தொகுதி|బ్యాచ్|ಬ್ಯಾಚ್|ബാച്ച്|બેચ|ਬੈਚ|სერია|სერიის|პარტია|պարտիա|սերիա|բաչ
รุ่น|ล็อต|ลอต|ล็อต|批|批号|批次|批號|ロット|로트|배치|뱃치|lô
"""
_LOT = """
ch|cs|chb|chbez|chbezeichnung|chargenb|chargenbez|chargenbezeichnung|chnr|chno|chn|losnr|losnummer
chargennr|chargennummer|chargeno|chargenr|batchnr|batchno|batchlot|lotbatch|lotcharge|chargelot|batchcode|lotcode
bn|bno|ln|lno|bnr|btno|btn|lt|ltno|controlno|controlnumber|controlnr|ctrlno|ctrlnr
mfglot|mfglotno|manufacturinglot|manufacturinglotnumber|productionlot|productionlotno|manufacturerbatchnumber
nlot|ndelot|numlot|lotn|nlote|ndelote|nlotto|partinumarasi|partino|partinr|partinummer|partijnummer|partijnr
satsnummer|satsnr|batnr|erano|eranro|eranumero|lotanr|lotunumer|nrserii|numerserii|serienumber
gysz|gyszam|gyartasiszam|gyartasitetel|gyartasitetelszam|csarze|csarzy|cislosarze|csarza|serijast|stserije
serijasnumurs|serijosnr|serijosnumeris|brojserije|brserije|serijabr|partiinr|partiinumber
серия№|серияно|сер|номерсерии|номерсерії|бројсерије|партиденномер|партидан|номерпартии|номерпартії
αρπαρτιδας|αριθμοςπαρτιδας|παρτιδαν
رقمالتشغيلة|رقمالدفعة|رقمالوجبة|رقماللوط|رقمالتشغيله|التشغيله|تشغيله|شمارهبچ|شمارهسریساخت|سریساخت|سریساختشماره|شمارهسری
بیچنمبر|بیچنمبر
מספראצווה|מסאצווה|אצווהמס
बैचनं|बैचसंख्या|बैचनंबर|लॉटनंबर|लॉटनं|ব্যাচনং|ব্যাচনম্বর|தொகுதிஎண்|பேட்ச்எண்
รุ่นที่ผลิต|รุ่นการผลิต|รุ่นที่|เลขที่ผลิต|ครั้งที่ผลิต|เลขที่ครั้งที่ผลิต|หมายเลขรุ่น|หมายเลขรุ่นที่ผลิต|เลขล็อต|เลขที่รุ่น
批号|批號|批次|批次号|批次號|产品批号|產品批號|生产批号|生產批號|批次编号|批号编码|生产批次|批数
製造番号|ロット番号|ロットナンバー|ロットno|製造記号|製造ロット|製造ロット番号|製番
제조번호|로트번호|배치번호|뱃치번호|제조번호번호|로트넘버
solo|solosx|losx|slsx|solosanxuat|losanxuat|sokilo
kodeproduksi|nobets|nomorbets|nobatch|nokelompok|nombelot|nombategroup|nambayabechi|nambayabatch
"""
_SERIAL = """
sn|sno|snr|serial|serialno|serialnr|serialnumber|serialn|serno|sernr|ser|serialid|serialcode|sernumber|uniqueserialnumber
serienrummer|serienrr|serienrum|serienrro|numerodeserie|ndeserie|nodeserie|nserie|nodserie|numserie
numerodiserie|ndiserie|nserie|numeroserie|ndeserie|numerodeseries|nroserie|nrodeserie
serienummer|seerienumber|seerianumber|sarjanumero|sarjanro|sarjano|radnumer
seriovecislo|vyrobnicislo|vyrobnecislo|numerseryjny|nrseryjny|serijskibroj|serijskastevilka|serijosnumerisunikalus
serijskabroj|numarseriei|numardeserie|nrdeserie|numaruldeserie|sorozatszam|sorszam|serinumarasi|sirano|siranumarasi
серийныйномер|сернoмер|серномер|серійнийномер|сериенномер|серийскиброј|серискиброј|сериялықнөмір
σειριακοςαριθμος|σειριακος|αριθμοςσειρας
الرقمالتسلسلي|رقمالتسلسل|الرقمالمتسلسل|رقمتسلسلي|التسلسل|شمارهسریال|سریال|سیریلنمبر
מספרסידורי|מסדסידורי|מסידורי|סידורי|מסדר
क्रमसंख्या|सीरियलनंबर|सीरियलनं|क्रमांक|সিরিয়ালনম্বর|ক্রমিকনং|வரிசைஎண்
หมายเลขซีเรียล|หมายเลขประจำเครื่อง|ซีเรียล|หมายเลขลำดับ|เลขซีเรียล
序列号|序列號|序号|序號|流水号|シリアル番号|シリアル|シリアルno|일련번호|시리얼번호|시리얼|soseri|soserial|noseri|nomorseri|nosiri|nomborsiri
"""
_EITHER = """
serino|seri|serinr|serie|series|seria|serieno|serienr
"""
_EXPIRY = """
exp|expdate|expdt|expd|expiry|expirydate|expdat|expdatum|expires|expiresend|expireson|expiration|expirationdate|expire|expiredate
dateofexpiry|expirydt|expirymonth|expiresat|useby|usebydate|usebefore|bestbefore|bestby|bb|bbd|bbe|validuntil|validto|usebyexp|donotuseafter|itemexpirationdate
verwbis|verwendbarbis|verwendbar|verfall|verfalldatum|verfallsdatum|zuverwendenbis|haltbarbis|mindestenshaltbarbis|mhd|ablaufdatum|verfalldat|verw|haltbarkeit|verfalltam|verwendenbis
peremption|datedeperemption|dateperemption|datedexpiration|dateexpiration|per|autiliseravant|utiliseravant|utiliserjusquau|autiliserjusquau|alire|perempt|dlu|dluo|alutiliseravant
cad|caducidad|fechadecaducidad|fcad|fechacad|fechacaducidad|vence|vencimiento|fechadevencimiento|fechavencimiento|fvenc|fechavenc|fv|venc|ven|vto|fechavto|fechadeexpiracion|expira|fechaexp|fechadeexp|consumirantesde|caduca
val|validade|prazodevalidade|datadevalidade|validoate|validate|dataval|dtval|dtvalidade|datavalidade|usarate|vencimento|datadevencimento
scad|scadenza|datadiscadenza|datascadenza|dausareentro|utilizzareentro|dausarsientro|daconsumarsientro|entro
houdbaartot|tenminstehoudbaartot|vervaldatum|uiterstegebruiksdatum|tegebruikentot|nietgebruikenna|tht|tgt|gebruikenvoor
udlobsdato|udlob|anvendesfor|utlopsdato|utloper|brukesfor|utgdat|utgangsdatum|utgar|anvandsfore|utg|bastfore|bastforedatum|fyrningardagsetning|fyrnist|anvendesinden
viimeinenkayttopaiva|kaytviim|kaytettavaennen|kaytennen|vanh|vanhenee|parastaennen|viimkayttopaiva
skt|sonkullanmatarihi|sonkultar|sonkullanma|sonkullanim|sonkullanimtarihi|stt|sontuketimtarihi|sktarihi
kolblikkuni|kehtivkuni|derigslidz|derlidz|terminslidz|tinkaiki|tinkamasiki|galiojaiki|geriausiki
terminwaznosci|datawaznosci|waznydo|terminwazn|waznosc|tw|uzycprzed|datawazn|terwazn
pouzitelnedo|pouzdo|pouzitelnedokonce|datumexpirace|expirace|spotrebujtedo|trvanlivostdo|datumexspiracie|exspiracia|pouzitdo|pouzitelnostdo|expiracia
felh|felhasznalhato|felhasznalhatosag|lejarat|lej|lejaratiido|lejaratidatum|minosegetmegorzi|felhaszn
rokvaljanosti|upotrijebitido|uporabnodo|rokuporabnosti|rokuporabe|rokupotrebe|vazido|rokvalj|upotrebljivodo|upotrebitido|najboljeupotrijebitido
expira|dataexpirarii|datadeexpirare|aseutilizapanala|valabilpanala|valabilitate|expirala|termendevalabilitate|bbf
skadon|skadence|dataskadences|iskorshtitedo
годендо|годен|срокгодности|использоватьдо|сргодности|срокгодн|сргодн|годнодо|употребитьдо|срокгодностидо|до
придатнийдо|термінпридатності|придатндо|вжитидо|придатний|використатидо
сроқнагодност|срокнагодност|годнодо|годендо|рокупотребе|рокнатраење|употребитидо|важидо|жарамдылықмерзімі|жарамдымерзімі
ληξη|ημερομηνιαληξης|ημληξης|ληγει|ημνιαληξης|αναλωσηπριν|χρησηεως
تاريخالانتهاء|تاريخانتهاءالصلاحية|انتهاءالصلاحية|صلاحية|الصلاحية|ينتهي|ينتهيفي|الانتهاء|انتهاء|تاريخالصلاحية|تنتهيالصلاحية|صالححتى|صالحةحتى|تاريخانتهاء|يستعملقبل
تاریخانقضا|تاریخانقضاء|انقضا|انقضاء|تاریخانقضاى|مصرفتا|تاریختنسیخ|میعاد|تاریخمیعاد
תאריךתפוגה|תפוגה|תאריךפקיעה|לשימושעד|תפתוקף|תוקף|בתוקףעד|תאריךתפ|פגתוקף|תאריךפגתוקף
समाप्तितिथि|एक्सपायरी|अवसानतिथि|समाप्ति|एक्सपायरीतिथि|एक्सपायरीडेट|उपयोगकीअंतिमतिथि|समाप्तिकीतिथि|वैधता|कालबाह्यतातारीख|মেয়াদ|মেয়াদউত্তীর্ণ|মেয়াদউত্তীর্ণেরতারিখ|মেয়াদশেষ|காலாவதி|காலாவதிதேதி|గడువు|გამოყენებისვადა|ვადა|ვარგისია|պիտանիէմինչեւ|պիտանիէմինչև|պիտանելիությանժամկետ
วันหมดอายุ|หมดอายุ|วันสิ้นอายุ|ยาสิ้นอายุ|สิ้นอายุ|วันที่หมดอายุ|ควรใช้ก่อน|ควรบริโภคก่อน
有效期至|有效期|失效期|失效日期|到期日|有效期限|有效期限至|效期|保质期至|保存期限|保質期|有效日期|使用期限至|到期日期|限用日期|有效至
使用期限|有効期限|最終有効年月|有効期間|使用の期限|消費期限|使用期限日|有効年月日
사용기한|유효기한|유효기간|사용기간|유통기한|만료일|유효일자|사용기한까지
hd|handung|hsd|hansudung|hansd|handungden
ed|kedaluwarsa|kadaluarsa|kadaluwarsa|kadaluarsa|tarikhluput|luput|tanggalkedaluwarsa|tglkadaluarsa|baiksebelum|tglexp|tarikhtamat|tamattempoh|mwishowamatumizi|tareheyamwisho|kuisha
petsa|paggamit
"""
_GTIN = """
gtin|gtin14|gtin13|gtin12|ean|ean13|ean14|upc|ucc|jan|jancode|globaltradeitemnumber|gs1gtin|гтин|01gtin
"""
_PRODUCT_CODE = """
pc|productcode|prodcode|productid|productno|productnumber|prodid|code|barcode|barcodeno|upic|upi|uid|uniqueproductidentificationcode
uniqueproductidentifier|uniqueidentificationcode|uniqueidentifier|articlenumber|articleno|itemcode|itemnumber|itemno
produktcode|produktnummer|artikelnummer|codeproduit|codigodeproducto|codigodoproduto|codigodebarras|codiceprodotto|codigoproducto|productcodegtin
productcode01|kodproduktu|kodproduktu01|kodvyrobku|kodproduktu|kodizdelka|kodproizvoda|termekkod|urunkodu|barkod|barkodno|codprodus|toodekood|produktakods|produktokodas|tuotekoodi
кодтовара|кодпродукта|кодпродукту|штрихкод|штрихкод|кодизделия|κωδικοςπροιοντος|κωδικος|رقمالمنتج|رمزالمنتج|الباركود|باركود|کدکالا|بارکد|קודמוצר|ברקוד|उत्पादकोड|बारकोड
商品条码|产品编码|产品代码|商品代码|商品コード|バーコード|제품코드|바코드|상품코드|รหัสสินค้า|บาร์โค้ด|masanpham|mavach|kodeproduk
"""
_OTHER = """
mfg|mfd|mfgdate|mfgdt|mfddate|manufactured|manufacturingdate|dateofmanufacture|dateofmanufacturing|manufacturedate|productiondate|prod|proddate|prodn|dom|md|pd|made|packed|pkd|packdate|manufacturedon|mnf|mfgon
herstellungsdatum|hergestellt|hergestelltam|herst|herstdatum|herstelldatum|prodatum|fab|fabrication|datedefabrication|fabrique|fabriquele|fechadefabricacion|ffab|fechafab|elab|fechadeelaboracion|elaboracion|felab|datadefabricacao|fabricacao|datafab|datafabricacao|fabricado|datadiproduzione|prodotto|produzione|preparato|uretimtarihi|uretim|ut|imaltarihi
дата|датаизготовления|изготовлено|датапроизводства|произведено|датавиготовлення|виготовлено|изг|дативыпуска|датавыпуска|датанапроизводство|датумпроизводње
dataprodukcji|datavyroby|datumvyroby|vyrobeno|datumproizvodnje|gyartasideje|gyartasiido|gyartva|datafabricatiei|fabricat|tillverkningsdatum|tillverkad|fremstillingsdato|produksjonsdato|valmistuspaiva|valmistettu|productiedatum
ημερομηνιαπαραγωγης|παραγωγη|تاريخالإنتاج|تاريخالانتاج|تاريخالتصنيع|الإنتاج|الانتاج|تاریختولید|تولید|תאריךייצור|ייצור|निर्माणतिथि|उत्पादनतिथि|निर्माण|উৎপাদনেরতারিখ|উৎপাদন|உற்பத்திதேதி|วันที่ผลิต|วันผลิต|ผลิตเมื่อ|วันเดือนปีที่ผลิต
生产日期|製造日期|製造年月|製造年月日|生產日期|制造日期|제조일자|제조일|제조년월일|nsx|ngaysanxuat|tarikhdikilang|tanggalproduksi|tglproduksi|mfgtarikh
name|product|productname|brand|brandname|genericname|generic|drug|drugname|nameofthedrug|nameofdrug|properandgenericname|properandgenericnameofthedrug|medicine|manufacturer|mfr|mfgby|mfdby|manufacturedby|marketedby|mktdby|importedby|distributedby|company|address|nameandaddressofthemanufacturer|nameandaddressofmanufacturer|mah|maholder
licence|license|licno|licenceno|licenseno|mlno|mfglicno|mfglic|manufacturinglicenceno|manufacturinglicenseno|manufacturinglicencenumber|manufacturinglicensenumber|druglicno|importlicenceno|ml|regno|registrationno|registrationnumber|zulnr|zulassungsnummer|reg
mrp|price|pvp|ppv|prix|preis|precio|preco|prezzo|цена|fiyat|strength|dose|dosage|form|dosageform|packsize|pack|qty|quantity|netqty|net|content|contents|inhalt|menge|storage|store|ref|refno|cat|catno|sku|weight|temp|website|url|phone|tel|email|country|market|status|type|version|composition
नाम|निर्माता|名称|品名|药品名称|厂家|生产企业|製造販売業者|제품명|제조사|ชื่อยา|ผู้ผลิต|اسم|الاسم|الشركة|наименование|производитель|название|виробник|назва
"""

NATIONAL_WORDS = {
    "pzn": "PZN", "pharmazentralnummer": "PZN", "pznnr": "PZN", "cip": "CIP", "cip13": "CIP", "cip7": "CIP",
    "codecip": "CIP", "ndc": "NDC", "ndcno": "NDC", "ndccode": "NDC", "ndcnumber": "NDC",
    "nationaldrugcode": "NDC",
    "aic": "AIC", "aicn": "AIC", "codiceaic": "AIC", "cn": "CN", "codigonacional": "CN", "drn": "DRN",
    "aim": "AIM",
    "srn": "SRN",
}  # fmt: skip
"""Labels of national numbers, folded, and the schemes of `gs1.national`."""


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    """One character without case and accents, empty for signs; Turkish dotless i is an i."""
    base = unicodedata.normalize("NFD", character)[0]
    if not (base.isalnum() or unicodedata.category(base)[0] == "M"):
        return ""
    small = base.lower()[0]
    return {
        "ı": "i",
        "ς": "σ",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ß": "s",
        "æ": "a",
        "œ": "o",
        "ð": "d",
        "ي": "ی",
        "ك": "ک",
        "ة": "ه",
    }.get(small, small)


def fold(text: str) -> str:
    """A label's letters and digits without case, accents and signs."""
    return "".join(map(_plain, unicodedata.normalize("NFKC", text)))


_WRITTEN: dict[str, Field] = {}


def _table() -> dict[str, Field]:
    found: dict[str, Field] = {}
    for field, text in (
        (Field.OTHER, _OTHER),
        (Field.PRODUCT_CODE, _PRODUCT_CODE),
        (Field.LOT_OR_SERIAL, _EITHER),
        (Field.LOT, _LOT_STEMS + _LOT),
        (Field.SERIAL, _SERIAL),
        (Field.EXPIRY, _EXPIRY),
        (Field.GTIN, _GTIN),
    ):
        written = [each for each in text.replace("\n", "|").split("|") if each]
        found |= {fold(each): field for each in written}
        _WRITTEN.update(dict.fromkeys(written, field))
    return found | dict.fromkeys(NATIONAL_WORDS, Field.NATIONAL)


_LABELS = _table()
_STEMS = frozenset(fold(each) for each in _LOT_STEMS.replace("\n", "|").split("|") if each)
NUMBER_WORDS = frozenset(map(fold, _NUMBER_WORDS))
"""Words that a number of any kind is announced with, folded."""
_BEHIND = frozenset(each for each in NUMBER_WORDS if len(each) > 1) - {"st", "br", "id", "so", "kod"}
_BEFORE = frozenset(number + between for number in NUMBER_WORDS for between in _BETWEEN)
# Labels of CJK, Hangul and Thai as they are written; their scripts have neither case nor accents.
_UNSPACED = {
    each: field for each, field in _LABELS.items() if not each.isascii() and ord(each[0]) > 0xDFF
} | {
    unicodedata.normalize("NFKC", written): field
    for written, field in _WRITTEN.items()
    if ord(written[0]) > 0xDFF
}
LONGEST_UNSPACED = max(map(len, _UNSPACED))
LONGEST = max(map(len, _LABELS))
"""How many characters the longest label has, folded."""

WEAK = frozenset(
    {
        "bn",
        "ln",
        "lt",
        "pc",
        "ed",
        "tw",
        "hd",
        "bb",
        "fv",
        "md",
        "pd",
        "ml",
        "cn",
        "sn",
        "ut",
        "до",
        "los",
        "era",
        "seri",
        "code",
        "reg",
        "cat",
        "ref",
        "name",
        "net",
        "form",
        "pack",
        "made",
        "store",
        "uid",
        "per",
        "val",
        "ven",
        "utg",
        "bets",
        "sats",
        "chn",
        "ch",
        "cs",
        "bno",
        "lno",
    }
)
"""Labels that may as well begin a lot: taken for labels where a sign follows, or another label stands by."""

INITIALS = {"l": Field.LOT, "b": Field.LOT, "e": Field.EXPIRY, "v": Field.EXPIRY, "s": Field.SERIAL}
"""Single letters that are labels where a colon follows: `L: 2618`, `E: 04/2028`."""


AI_LABELS = {"01": Field.GTIN, "10": Field.LOT, "17": Field.EXPIRY, "21": Field.SERIAL}
"""Application Identifiers that are labels where a colon follows, or that name the members of a JSON text."""


def label_of(text: str) -> Field | None:
    """What a label announces, however it is written; None for what is none."""
    return folded_label(fold(text))


def unspaced_label(text: str) -> Field | None:
    """The same for a label as it is written, of a script that puts no spaces between its words."""
    return _UNSPACED.get(text)


@lru_cache(maxsize=8192)
def folded_label(folded: str) -> Field | None:
    """The same for a label that is folded already (`fold`)."""
    known = _LABELS.get(folded)
    if known is not None or len(folded) > LONGEST:
        return known
    halves = ((folded[:at], folded[at:]) for at in range(1, len(folded)))
    numbered = any(
        (one in _STEMS and other in _BEHIND) or (one in _BEFORE and other in _STEMS) for one, other in halves
    )
    return Field.LOT if numbered else None
