"""Words on packs before lots and expiries, in the languages in which medicines are sold."""

# ruff: noqa: RUF001 - words of many scripts
# fmt: off

LOTS = (
    "LOT", "Lot", "lot", "LOT.", "LOT#", "LOT #", "LOT-NO", "Lot No", "Lot No.", "Lot no",
    "LOT NO.", "Lot Nr.", "Lot number", "Lot Number", "LOT/BATCH", "Batch", "BATCH", "Batch No",
    "Batch No.", "Batch number", "Batch Nr", "B.No.", "B. No.", "B/N", "BN", "BN.",  "L.N.",
    "LN", "Control No.", "Ctrl. No.", "Mfg. Lot", "Charge", "Ch.", "Ch.-B.", "Ch.B.", "Ch.-Nr.",
    "Ch.-Bez.", "Charge Nr.", "Chargen-Nr.", "Chargennummer", "Chargenbezeichnung", "Los-Nr.",
    "Lote", "LOTE", "Lote n.º", "N.º de lote", "Nº lote", "Número de lote", "Partida", "N° lot",
    "N° de lot ", "Numéro de lot", "No de lot", "no. de lot", "N. lotto", "N° lotto", "Lotto n.",
    "Numero di lotto", "Lotto", "Lot nr", "Partij", "Partijnummer", "Chargenummer", "Batchnr.",
    "Batchnummer", "Partinr.", "Parti", "Erä", "Eränro", "Eränumero", "Lota", "Partii nr",
    "Partii number", "Sērija", "Sērijas numurs", "Serija", "Serijos nr.", "Nr serii",
    "Numer serii",  "Č. šarže", "č.š.", "Číslo šarže", "Šarže", "Šarža", "č. šarže",
    "Gy.sz.", "Gyártási szám", "Tételszám", "Lotul", "Nr. lot", "Serija br.", "Broj serije",
    "Br. serije", "Serija št.", "Številka serije", "Партида", "Партида №", "Партиден номер",
    "Серия", "серия №", "Номер серии", "Сер.", "Партия", "№ партии", "№ серии", "Лот", "Серія",
    "Номер серії", "Серија", "Број серије", "Αρ. παρτίδας", "Αριθμός παρτίδας", "Παρτίδα",
    "ΑΡ. ΠΑΡΤΙΔΑΣ", "Parti No", "Parti no", "PARTİ NO", "Parti Numarası", "رقم التشغيلة",
    "التشغيلة", "رقم الدفعة", "الدفعة", "شماره بچ", "شماره سری ساخت", "سری ساخت", "אצווה",
    "מספר אצווה", "מס' אצווה", "מס׳ אצווה", "אצווה מס׳", "बैच", "बैच नं", "बैच नं.", "बैच नंबर",
    "बैच संख्या", "लॉट नंबर", "ব্যাচ নং", "தொகுதி எண்", "รุ่นที่ผลิต", "เลขที่ผลิต",
    "ครั้งที่ผลิต", "เลขที่รุ่น", "批号", "产品批号", "生产批号", "批次号", "批號", "批次", "製造番号", "ロット", "ロット番号",
    "ロットNo.", "제조번호", "로트번호", "로트 번호", "배치번호", "Số lô", "Số lô SX", "Lô SX", "SLSX", "No. Bets",
    "Nomor Bets", "No. Batch", "No. Kelompok", "Kode produksi", "სერია", "პარტია", "Սերիա",
)

EXPIRIES = (
    "EXP", "EXP.", "Exp", "Exp. Date", "Expiry", "Expiry date", "Use by", "Use before",
    "Verw. bis", "Verwendbar bis", "verw.bis", "Verfall", "MHD", "Péremption",
    "Date de péremption", "À utiliser avant", "Cad.", "Caducidad", "Fecha de caducidad", "Vence",
    "Vencimiento", "Val.", "Validade", "Scad.", "Scadenza", "Houdbaar tot", "Udløbsdato",
    "Utløpsdato", "Utg.dat.", "Käyt. viim.", "SKT", "Son Kullanma Tarihi", "Termin ważności",
    "Ważny do", "Použitelné do", "Felh.", "Felhasználható", "Lejárat", "Rok valjanosti",
    "Uporabno do", "Derīgs līdz", "Tinka iki", "Kõlblik kuni", "Годен до", "Срок годности",
    "Придатний до", "Рок употребе", "Λήξη", "ΗΜ. ΛΗΞΗΣ", "تاريخ الانتهاء", "صلاحية", "تاریخ انقضا",
    "תאריך תפוגה", "תפוגה", "समाप्ति तिथि", "एक्सपायरी", "วันหมดอายุ", "วันสิ้นอายุ", "有效期至",
    "失效日期", "使用期限", "有効期限", "사용기한", "유효기한", "HSD", "Hạn dùng", "ED", "Kedaluwarsa", "Tarikh luput",
)
