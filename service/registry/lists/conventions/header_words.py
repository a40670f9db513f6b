"""The words that headers of lists use, by field, in the languages that makers and their software write.

Each entry is a comma-separated text of headers as they are written; `columns.plain` makes them comparable
(no case, accents, spaces or punctuation), so `Lot No.` and `LOTNO` need one entry. The first word of a field
is the documented one. Languages: English, German, French, Spanish, Portuguese, Italian, Polish, Turkish,
Russian, Korean, Japanese and Chinese (simplified and traditional), and the field names of SAP.
"""

from collections.abc import Mapping

GTIN = (
    "gtin, GTIN 8, GTIN 12, GTIN 13, GTIN 14, GTIN/EAN, GTIN/NTIN, EAN, EAN 8, EAN 13, EAN 14, EAN code, UPC, "
    "UPC/EAN, product code, NTIN, GTIN code, GTIN number, GTIN no, EAN number, barcode, bar code, EAN11, "
    "trade item number, GTIN-Nummer, EAN-Nummer, EAN-Code, Strichcode, Barcodenummer, PPN/GTIN, "
    "code GTIN, code EAN, code-barres, code barre, code produit, numéro GTIN, "
    "código GTIN, código EAN, código de barras, código de producto, número GTIN, "
    "código do produto, código de barra, codice GTIN, codice EAN, codice a barre, codice prodotto, "
    "kod GTIN, kod EAN, kod kreskowy, numer GTIN, kod produktu, "
    "GTIN numarası, GTIN no, barkod, barkod no, barkod numarası, ürün kodu, karekod, "
    "ГТИН, код GTIN, номер GTIN, штрихкод, штрих-код, код товара, код продукта, ЕАН, "
    "표준코드, 대표코드, 바코드, 제품코드, 상품코드, 품목코드, "
    "GTINコード, JANコード, JAN, バーコード, 商品コード, 製品コード, 統一商品コード, "
    "商品条码, 产品条码, 条码, 条形码, 产品编码, 商品编码, 商品條碼, 條碼, 產品代碼, 产品代码, 药品追溯码前缀"
)
LOT = (
    "lot, lot no, lot nr, lot num, lot number, lot code, lot id, lot as published, lot name, batch, batch no, batch nr, "
    "batch num, batch number, batch code, batch id, batch lot, batch/lot no, batch/lot number, lot/batch, "
    "lot/batch no, lot/batch number, lot #, batch #, bn, lot or batch, vendor batch, CHARG, "
    "Charge, Charge Nr, Chargennr, Chargen-Nr, Chargennummer, Chargen, Chargenbezeichnung, Ch.-B., Ch.B, Losnummer, "
    "Los, Los-Nr, Partie, "
    "lot de fabrication, numéro lot, numéro de lot, n° lot, n° de lot, no de lot, no lot, nº de lot, code lot, "
    "lote, nº lote, n.º de lote, n lote, número de lote, no de lote, lote número, código de lote, lote/serie, "
    "nº do lote, n do lote, número do lote, lote nº, "
    "lotto, numero lotto, n. lotto, n lotto, numero di lotto, n. di lotto, lotto n, codice lotto, partita, "
    "seria, numer serii, nr serii, nr partii, numer partii, partia, "
    "parti, parti no, parti numarası, parti nr, lot numarası, seri/parti no, şarj no, "
    "серия, номер серии, № серии, партия, номер партии, № партии, серия/партия, лот, "
    "제조번호, 로트번호, 로트, 배치번호, 롯트번호, LOT번호, 제조단위, 제조단위번호, "
    "ロット, ロット番号, ロットNo, 製造番号, 製造ロット, 製造ロット番号, バッチ番号, バッチ, "
    "批号, 生产批号, 产品批号, 批次, 批次号, 批號, 產品批號, 生產批號, 批次號, 批"
)
EXPIRY = (
    "expiry, exp, expiry date, exp date, expires, expires on, expire date, expiration, expiration date, "
    "date of expiry, expiry dt, use by, use by date, use before, best before, best before date, expiry as published, "
    "shelf life expiration date, sled, sled/bbd, sled bbd, VFDAT, VerfDatum, Verf.datum, MHD/VerfDat, Verw.-bis,  exp dt, valid until, valid to, "
    "Verfall, Verfalldatum, Verfallsdatum, Verfall am, verwendbar bis, verw. bis, haltbar bis, Haltbarkeit, "
    "Haltbarkeitsdatum, MHD, Mindesthaltbarkeitsdatum, Ablaufdatum, Ablauf, gültig bis, Verfalltermin, "
    "péremption, pér, date de pér, date pér, date de péremption, date péremption, date d'expiration, date expiration, expire le, "
    "date limite d'utilisation, DLU, DLC, à utiliser avant, "
    "caducidad, fecha de caducidad, fecha caducidad, fecha cad, vencimiento, fecha de vencimiento, fecha vencimiento, "
    "fecha de expiración, fecha expiración, vence, "
    "validade, data de validade, data validade, prazo de validade, válido até, data de vencimento, vencimento, val, "
    "scadenza, data scadenza, data di scadenza, scade il, "
    "data ważności, termin ważności, ważność, ważne do, data waznosci, termin przydatności, data przydatności, "
    "skt, son kullanma tarihi, son kullanma, s.k.t., son kul. tar., miad, miat, miadı, kullanım tarihi, "
    "срок годности, годен до, дата окончания срока годности, годность до, срок годности до, "
    "дата истечения срока годности, окончание срока годности, "
    "사용기한, 유효기한, 유효기간, 사용기간, 유통기한, 유효일자, 만료일, 사용기한일자, 유효기간만료일, "
    "使用期限, 有効期限, 期限, 使用期限日, 有効年月日, 有効期限日, 消費期限, 賞味期限, "
    "有效期, 有效期至, 失效日期, 到期日, 到期日期, 有效日期, 失效期, 有效期限, 保质期, 效期, 有效期到"
)
SERIAL = (
    "serial, serial no, serial nr, serial num, serial number, sn, s/n, ser, ser nr, ser no, serial #, serial id, SERNR, "
    "unique serial number, unit serial, "
    "Seriennummer, Serien-Nr, Seriennr, Serialnummer, "
    "numéro de série, numéro série, n° de série, n° série, no de série, n série, série, identifiant unique, "
    "número de serie, número serie, n serie, nº de serie, no de serie, serie, "
    "número de série, nº de série, n de série, número serial, "
    "numero di serie, numero seriale, n. di serie, n. seriale, seriale, matricola, "
    "numer seryjny, nr seryjny, "
    "seri no, seri numarası, seri, sıra no, sıra numarası, "
    "серийный номер, серийный №, с/н, "
    "일련번호, 시리얼번호, 시리얼, 시리얼넘버, "
    "シリアル番号, シリアル, シリアルナンバー, シリアルNo, 連番, "
    "序列号, 序號, 序列號, 串号, 追溯码, 药品追溯码, 电子监管码, serial numbers, serials, "
    "serial from, from serial, first serial, serial start, start serial, serial number from, first serial number, "
    "Seriennummer von, Seriennummern von, erste Seriennummer, von Seriennummer, SN von, SN from, "
    "premier numéro de série, numéro de série début, n° de série de, primer número de serie, serie desde, "
    "primeiro número de série, série de, primo seriale, seriale da, pierwszy numer seryjny, numer seryjny od, "
    "ilk seri no, seri no başlangıç, первый серийный номер, серийный номер с, 일련번호 시작, 시작 일련번호, "
    "開始シリアル, 開始シリアル番号, 起始序列号, 起始序號"
)
SERIAL_LAST = (
    "serial last, serial to, to serial, last serial, serial end, end serial, serial number to, last serial number, "
    "Seriennummer bis, Seriennummern bis, letzte Seriennummer, bis Seriennummer, SN bis, SN to, "
    "dernier numéro de série, numéro de série fin, n° de série à, último número de serie, serie hasta, "
    "último número de série, série até, ultimo seriale, seriale a, ostatni numer seryjny, numer seryjny do, "
    "son seri no, seri no bitiş, последний серийный номер, серийный номер по, 일련번호 끝, 종료 일련번호, "
    "終了シリアル, 終了シリアル番号, 结束序列号, 終止序號"
)
MARKETS = (
    "markets, market, country, countries, countries of sale, market country, countries of marketing, "
    "destination country, territory, sales countries, "
    "Land, Länder, Markt, Märkte, Vertriebsland, Vertriebsländer, Zielland, Zielmarkt, Absatzland, Bestimmungsland, "
    "pays, pays de vente, marché, marchés, pays de commercialisation, pays de destination, "
    "país, países, países de venta, mercado, mercados, país de venta, país de destino, "
    "países de venda, país de venda, "
    "paese, paesi, paese di vendita, paesi di vendita, mercato, mercati, "
    "kraj, kraje, rynek, rynki, kraj sprzedaży, kraj przeznaczenia, "
    "ülke, ülkeler, pazar, satış ülkesi, satış ülkeleri, hedef ülke, "
    "страна, страны, рынок, рынки, страна реализации, страна назначения, страны продажи, "
    "국가, 판매국가, 판매국, 시장, 수출국, 대상국가, "
    "国, 国名, 販売国, 市場, 仕向国, 仕向地, "
    "国家, 销售国家, 市场, 销售市场, 國家, 銷售國家, 市場, 目的国"
)
RECALL_CLASS = (
    "recall class, class, classification, recall classification, "
    "Rückrufklasse, Klasse, classe de rappel, classe du rappel, clase de retirada, clase de retiro, "
    "classe de recolhimento, classe do recall, classe di ritiro, classe del richiamo, klasa wycofania, "
    "geri çekme sınıfı, класс отзыва, 회수등급, 회수 등급, 回収クラス, クラス分類, 召回级别, 召回等级, 回收等級"
)
RECALL_REFERENCE = (
    "recall reference, recall ref, recall number, recall no, recall id, "
    "Rückrufnummer, Rückruf-Nr, Rückrufreferenz, référence du rappel, numéro de rappel, n° de rappel, "
    "referencia de la retirada, número de retirada, número de retiro, referência do recolhimento, número do recall, "
    "riferimento del ritiro, numero di ritiro, numer wycofania, numer decyzji, geri çekme no, geri çekme numarası, "
    "номер отзыва, 회수번호, 回収番号, 召回编号, 回收編號"
)
RECALL_REASON = (
    "recall reason, reason for recall, reason of recall, "
    "Rückrufgrund, Grund des Rückrufs, motif du rappel, raison du rappel, motivo de la retirada, motivo del retiro, "
    "motivo do recolhimento, motivo do recall, motivo del ritiro, motivo del richiamo, powód wycofania, "
    "przyczyna wycofania, geri çekme nedeni, geri çekme sebebi, причина отзыва, 회수사유, 回収理由, 召回原因, 回收原因"
)
PRODUCT = (
    "name, product, product name, trade name, brand name, name of product, medicine, brand, "
    "product description, material description, MAKTX, item description, proprietary name, trade name of the product, "
    "Bezeichnung, Artikelbezeichnung, Produkt, Produktname, Produktbezeichnung, Handelsname, Materialkurztext, "
    "Materialbezeichnung, Arzneimittel, Präparat, Arzneimittelbezeichnung, Artikelname, Kurztext, "
    "nom, nom du produit, produit, désignation, dénomination, nom commercial, libellé, spécialité, médicament, "
    "nombre, nombre del producto, producto, nombre comercial, denominación, medicamento, marca, "
    "nome, nome do produto, produto, nome comercial, denominação, "
    "nome del prodotto, nome prodotto, prodotto, nome commerciale, denominazione, medicinale, farmaco, "
    "nazwa, nazwa produktu, produkt, nazwa handlowa, nazwa leku, produkt leczniczy, "
    "ürün, ürün adı, ad, adı, ticari ad, ticari isim, ilaç adı, ilaç, malzeme adı, "
    "наименование, название, продукт, препарат, наименование продукта, торговое наименование, торговое название, "
    "название препарата, лекарственный препарат, наименование препарата, "
    "제품명, 품목명, 상품명, 품명, 의약품명, 제품, "
    "製品名, 商品名, 品名, 販売名, 薬品名, 医薬品名, 製品, "
    "产品名称, 商品名称, 品名, 药品名称, 产品, 商品名, 通用名, 產品名稱, 藥品名稱, 名称, 名稱"
)
NAME = PRODUCT + ", description, descripción, descrição, descrizione, opis, açıklama"
MANUFACTURER = (
    "manufacturer, MAH, MA holder, marketing authorisation holder, marketing authorization holder, company, maker, "
    "labeler, labeller, manufactured by, mfr, producer, licence holder, license holder, manufacturer name, "
    "Hersteller, Zulassungsinhaber, pharmazeutischer Unternehmer, Firma, Inhaber der Zulassung, Herstellername, "
    "fabricant, titulaire, titulaire de l'AMM, laboratoire, société, exploitant, "
    "fabricante, titular, titular de la autorización, laboratorio, empresa, compañía, "
    "titular da AIM, laboratório, detentor do registro, titular do registro, fabricante/titular, "
    "produttore, fabbricante, titolare, titolare AIC, azienda, ditta, "
    "producent, wytwórca, podmiot odpowiedzialny, firma, "
    "üretici, üretici firma, imalatçı, firma adı, ruhsat sahibi, ruhsat sahibi firma, üretici adı, "
    "производитель, изготовитель, держатель РУ, держатель регистрационного удостоверения, компания, фирма, "
    "제조사, 제조원, 제조업체, 제조업자, 업체명, 회사명, 판매원, 허가권자, "
    "製造元, メーカー, 製造販売元, 製造業者, 製造販売業者, 会社名, 製造会社, "
    "生产企业, 生产厂家, 制造商, 厂家, 生产商, 上市许可持有人, 企业名称, 製造商, 生產廠商, 廠商, 公司"
)
GS1_PREFIX = (
    "gs1 prefix, gs1 prefixes, gs1 company prefix, company prefix, gcp, GS1-Präfix, GS1 Basisnummer, Basisnummer, "
    "préfixe GS1, préfixe entreprise, prefijo GS1, prefijo de empresa, prefixo GS1, prefixo da empresa, "
    "prefisso GS1, prefisso aziendale, prefiks GS1, prefiks firmy, GS1 firma öneki, GS1 öneki, префикс GS1, "
    "префикс предприятия, GS1 업체코드, 업체코드, GS1事業者コード, 事業者コード, 厂商识别代码, GS1前缀, 廠商識別碼"
)
CATALOGUE_COMPLETE = (
    "catalogue complete, catalog complete, Katalog vollständig, Sortiment vollständig, catalogue complet, "
    "catálogo completo, catalogo completo, katalog kompletny, pełny katalog, katalog tam, каталог полный, "
    "полный каталог, 전체제품등록, カタログ完全, 全製品登録, 目录完整, 目錄完整"
)
CONTACT = (
    "contact, contact address, contact person, e-mail, email, Kontakt, Ansprechpartner, Kontaktadresse, "
    "personne à contacter, contacto, persona de contacto, contato, contatto, referente, osoba kontaktowa, "
    "iletişim, irtibat, контакт, контактное лицо, контакты, 연락처, 담당자, 連絡先, 担当者, 问い合わせ先, 联系方式, "
    "联系人, 聯絡方式, 聯絡人"
)
ACTIVE_SUBSTANCE = (
    "active substance, active ingredient, substance, INN, API, generic name, active, "
    "Wirkstoff, Wirkstoffe, Arzneistoff, "
    "substance active, principe actif, DCI, "
    "principio activo, sustancia activa, fármaco, "
    "princípio ativo, substância ativa, princípio activo, substância activa, DCB, "
    "principio attivo, sostanza attiva, "
    "substancja czynna, substancja aktywna, składnik aktywny, "
    "etkin madde, etken madde, "
    "действующее вещество, активное вещество, МНН, "
    "주성분, 유효성분, 성분, 성분명, 주성분명, "
    "有効成分, 成分, 成分名, 一般名, 主成分, "
    "活性成分, 有效成分, 主要成分, 药物成分, 有效成份, 活性物質"
)
STRENGTHS = (
    "strengths, strength, dosage, dose, potency, concentration, "
    "Stärke, Stärken, Wirkstärke, Wirkstoffstärke, Dosierung, "
    "dosage, dosages, teneur, concentration, "
    "dosis, concentración, potencia, dosificación, fuerza, "
    "dosagem, concentração, potência, "
    "dosaggio, concentrazione, potenza, "
    "moc, dawka, stężenie, "
    "doz, dozaj, kuvvet, yitilik, konsantrasyon, etki gücü, "
    "дозировка, доза, концентрация, сила действия, "
    "함량, 용량, 규격, 역가, 농도, "
    "含量, 規格, 力価, 用量, 濃度, "
    "规格, 剂量, 浓度, 效价, 含量规格, 劑量"
)
LANGUAGES = (
    "languages, language, pack languages, label languages, Sprache, Sprachen, Packungssprache, langue, langues, "
    "idioma, idiomas, língua, lingua, lingue, język, języki, dil, diller, ambalaj dili, язык, языки, 언어, 표시언어, "
    "言語, 表示言語, 语言, 標籤語言, 語言, 标签语言"
)
FORM = (
    "form, dosage form, pharmaceutical form, "
    "Darreichungsform, Form, Arzneiform, forme, forme pharmaceutique, forme galénique, "
    "forma, forma farmacéutica, forma farmacêutica, forma farmaceutica, postać, postać farmaceutyczna, "
    "farmasötik form, dozaj formu, form, лекарственная форма, форма, форма выпуска, 제형, 剤形, 剂型, 劑型"
)
NATIONAL_NUMBERS = (
    "PZN, Pharmazentralnummer, CIP, CIP13, CIP 13, CIP7, code CIP, code CIP13, AIC, codice AIC, numero AIC, "
    "código nacional, CN, NDC, NDC number, NDC code, AIM, número AIM, número de registo, SRN, DRN, "
    "national numbers, national number, nhrn, Nationalnummer, nationale Nummer, "
    "numéro national, número nacional, numero nazionale, numer krajowy, ulusal numara, национальный номер, 국가번호, "
    "国内番号, 国家编号"
)
COMPLETE = (
    "complete, complete until, all lots until, records complete, all batches, all lots on record, vollständig, alle Chargen, alle Chargen erfasst, "
    "complet, tous les lots, completo, todos los lotes, todos os lotes, tutti i lotti, kompletny, wszystkie serie, "
    "tam, tüm partiler, полный, все серии, 전체제조번호, 完全, 全ロット, 完整, 所有批次"
)
SOURCE_GTINS = (
    "source gtins, source gtin, original gtin, original gtins, relabelled from, repackaged from, parallel import of, "
    "Original-GTIN, GTIN des Originals, GTIN d'origine, GTIN original, GTIN de origem, GTIN originale, GTIN oryginału, "
    "orijinal GTIN, GTIN оригинала, исходный GTIN, 원제품표준코드, 元のGTIN, 原GTIN, 原產品GTIN"
)
CONTENT = (
    "content, contents, pack content, fill, content of vial, vial content, net content, "
    "Inhalt, Packungsinhalt, Füllmenge, contenu, contenance, contenido, conteúdo, contenuto, zawartość, "
    "içerik, ambalaj içeriği, содержимое, содержание, объем наполнения, 내용량, 포장단위, 内容量, 装量, 包装规格, 內容量"
)
IN_USE = (
    "in use hours, in use, in-use time, in use shelf life, time in use after opening, use after opening, "
    "shelf life after opening, after opening, after reconstitution, "
    "haltbar nach Anbruch, Haltbarkeit nach Anbruch, Anbruchstabilität, Aufbrauchfrist, Verwendung nach Anbruch, "
    "durée après ouverture, conservation après ouverture, après ouverture, "
    "validez tras apertura, caducidad tras apertura, tras apertura, uso tras apertura, "
    "validade após abertura, após abertura, validità dopo apertura, dopo apertura, periodo dopo apertura, "
    "trwałość po otwarciu, po otwarciu, termin po otwarciu, açıldıktan sonra, açılış sonrası kullanım süresi, "
    "срок после вскрытия, после вскрытия, 개봉후사용기간, 개봉 후 사용기한, 개봉후, 開封後期限, 開封後, "
    "开封后有效期, 开封后, 開封後效期"
)
STORAGE = (
    "storage, storage conditions, storage temperature, temperature, store at, "
    "Lagerung, Lagertemperatur, Lagerbedingungen, Lagerungshinweis, Lagerhinweis, Temperatur, "
    "conservation, conditions de conservation, température de conservation, stockage, température, "
    "conservación, condiciones de conservación, almacenamiento, temperatura de conservación, temperatura, "
    "armazenamento, condições de conservação, temperatura de armazenamento, conservação, "
    "conservazione, condizioni di conservazione, temperatura di conservazione, "
    "przechowywanie, warunki przechowywania, temperatura przechowywania, "
    "saklama koşulları, saklama sıcaklığı, depolama, saklama, sıcaklık, "
    "условия хранения, температура хранения, хранение, 보관조건, 보관온도, 저장방법, 보관방법, 저장조건, "
    "保管条件, 保管温度, 貯法, 保存条件, 储存条件, 贮藏, 储存温度, 贮存条件, 儲存條件, 儲存溫度"
)
STABILITY = (
    "stability months, stability, shelf life, shelf life months, total shelf life, stability time, "
    "Laufzeit, Haltbarkeitsdauer, Haltbarkeit Monate, Haltbarkeit in Monaten, Stabilität, "
    "durée de conservation, durée de vie, stabilité, vida útil, periodo de validez, estabilidad, "
    "vida útil meses, prazo de validade meses, estabilidade, periodo di validità, stabilità, "
    "okres trwałości, trwałość, okres ważności, raf ömrü, stabilite, срок хранения, стабильность, "
    "안정성기간, 유효기간개월, 안정성, 安定性期間, 有効期間, 有效期月, 保质期月, 稳定期, 穩定期"
)
INTERVAL = "interval days, treatment interval, treatment interval days, days between treatments, Behandlungsabstand, Behandlungsintervall, intervalle entre traitements, intervalo entre tratamientos, intervalo entre tratamentos, intervallo tra trattamenti, odstęp między zabiegami, tedavi aralığı, интервал между процедурами, 시술간격, 投与間隔, 治疗间隔"
MADE = (
    "made, mfg, mfg date, mfg dt, mfd, manufactured, manufactured on, manufacture date, manufacturing date, "
    "date of manufacture, production date, prod date, date of production, dom, HSDAT, Herst.datum, Herst.dat., HerstDat, Prod.datum, Prod.-Datum, "
    "Herstelldatum, Herstellungsdatum, Produktionsdatum, Fertigungsdatum, hergestellt am, hergestellt, Herstellung, "
    "date de fabrication, date fabrication, fabriqué le, date de production, "
    "fecha de fabricación, fecha fabricación, fecha de elaboración, fecha de producción, fabricado, elaboración, "
    "data de fabricação, data fabricação, data de fabrico, fabricação, fabrico, data de produção, fab, "
    "data di fabbricazione, data fabbricazione, data di produzione, data produzione, prodotto il, "
    "data produkcji, data wytworzenia, wyprodukowano, "
    "üretim tarihi, imal tarihi, imalat tarihi, ü.t., üretim, "
    "дата производства, дата изготовления, изготовлено, произведено, дата выпуска, "
    "제조일, 제조일자, 제조연월일, 제조년월일, 생산일, 생산일자, "
    "製造日, 製造年月日, 製造年月, 生産日, "
    "生产日期, 制造日期, 生產日期, 製造日期"
)
RELEASED = (
    "released, release date, released on, date of release, release, QP release, QP release date, certification date, "
    "Freigabe, Freigabedatum, freigegeben am, Datum der Freigabe, "
    "date de libération, libéré le, libération, "
    "fecha de liberación, liberación, liberado el, "
    "data de liberação, data de libertação, liberação, liberado em, "
    "data di rilascio, rilascio, data rilascio, rilasciato il, "
    "data zwolnienia, zwolnienie, zwolniono, data certyfikacji, "
    "serbest bırakma tarihi, onay tarihi, serbest bırakma, "
    "дата разрешения, дата реализации, дата разрешения к реализации, дата ввода в оборот, "
    "출하승인일, 출하일, 출하승인일자, 승인일, 출하일자, "
    "出荷日, 出荷判定日, 出荷年月日, 承認日, 放行日期, 放行日, 签发日期, 放行日期時間"
)
STATUS = (
    "status, batch status, lot status, release status, state, disposition status, usage decision, stock status, "
    "quality status, QA status, "
    "Status, Prüfstatus, Chargenstatus, Zustand, Freigabestatus, Bestandsart, Verwendungsentscheid, "
    "statut, statut du lot, état, statut qualité, "
    "estado, estado del lote, estatus, situación, "
    "situação, status do lote, estado do lote, "
    "stato, stato del lotto, stato lotto, "
    "stan, status serii, stan serii, status partii, "
    "durum, durumu, parti durumu, statü, "
    "статус, состояние, статус серии, статус партии, "
    "상태, 판정, 판정결과, 배치상태, 품질상태, "
    "状態, ステータス, ロット状態, 判定, 判定結果, "
    "状态, 批次状态, 质量状态, 狀態, 放行状态, 批次狀態"
)
QUANTITY = (
    "quantity, qty, units, number of units, packs, number of packs, pcs, pieces, amount, batch size, lot size, "
    "unrestricted quantity, quantity in packs, no of packs, LABST, CLABS, "
    "Menge, Anzahl, Stück, Stückzahl, Packungen, Bestand, Chargengröße, Losgröße, Anzahl Packungen, Menge in Packungen, "
    "quantité, qté, nombre, nombre d'unités, unités, boîtes, taille du lot, "
    "cantidad, cant, unidades, número de unidades, tamaño de lote, envases, piezas, "
    "quantidade, qtd, qtde, tamanho do lote, caixas, embalagens, "
    "quantità, qta, q.tà, pezzi, confezioni, numero di pezzi, dimensione del lotto, "
    "ilość, liczba, sztuk, szt, liczba opakowań, liczba sztuk, wielkość serii, "
    "miktar, adet, miktarı, parti büyüklüğü, kutu, "
    "количество, кол-во, число, штук, шт, количество упаковок, размер серии, объем партии, "
    "수량, 개수, 생산수량, 제조수량, 포장수량, "
    "数量, 個数, 製造数量, 生産数量, "
    "数量盒, 件数, 批量, 數量, 产量, 生产数量"
)
QUALITY = (
    "quality, quality results, release tests, test results, test result, Prüfergebnisse, Prüfergebnis, "
    "Analysenergebnis, Qualität, résultats des tests, résultats d'analyse, résultats, qualité, "
    "resultados de ensayos, resultados, calidad, resultados de testes, qualidade, risultati dei test, risultati, qualità, "
    "wyniki badań, jakość, test sonuçları, kalite, analiz sonuçları, результаты испытаний, результаты анализа, качество, "
    "시험결과, 품질시험결과, 試験結果, 品質, 品質試験結果, 检验结果, 質量, 质量, 檢驗結果"
)
DISPOSITION = "disposition, unit status, pack status, Packungsstatus, statut de l'unité, estado de la unidad"
AUTHORITY = (
    "authority, regulator, agency, issued by, issuing authority, Behörde, autorité, agence, autoridad, agencia, "
    "autoridade, agência, autorità, agenzia, urząd, organ, kurum, otorite, орган, регулятор, ведомство, 기관, 규제기관, "
    "発行機関, 規制当局, 当局, 机构, 监管机构, 主管機關"
)
ALERT_KIND = (
    "kind, alert kind, alert type, type, Art, Art der Meldung, Typ, type d'alerte, nature, tipo, tipo de alerta, "
    "tipo di avviso, rodzaj, typ, tür, uyarı türü, вид, тип, 종류, 유형, 種類, 種別, 类型, 類型"
)
SERIAL_PREFIX = (
    "serial prefix, serial begins with, serial starts with, Serienpräfix, Seriennummer beginnt mit, "
    "préfixe de série, prefijo de serie, prefixo de série, prefisso seriale, prefiks seryjny, seri öneki, "
    "префикс серийного номера, 일련번호접두사, シリアル接頭辞, 序列号前缀"
)
LOT_ISSUED = (
    "lot issued, genuine lot exists, Charge echt ausgegeben, lot authentique existant, lote emitido, lotto emesso, "
    "seria wydana, parti verilmiş, серия выпущена, 발행제조번호, 発行ロット, 批号已签发"
)
REFERENCE = (
    "reference, ref, alert reference, alert number, notice number, Referenz, Aktenzeichen, référence, referencia, "
    "referência, riferimento, sygnatura, numer referencyjny, referans, referans no, номер письма, ссылка, 참조번호, "
    "문서번호, 参照番号, 文書番号, 编号, 參考編號, " + RECALL_REFERENCE
)
REPORTED = (
    "reported, date, date reported, report date, published, publication date, notice date, Datum, Meldedatum, "
    "veröffentlicht, date de publication, date d'alerte, fecha, fecha de publicación, data, data de publicação, "
    "data di pubblicazione, data publikacji, tarih, yayın tarihi, дата, дата публикации, 날짜, 공고일, 게시일, 日付, "
    "公表日, 発表日, 日期, 发布日期, 發布日期"
)
SOURCE_URL = (
    "source url, source, url, link, web address, Quelle, lien, fuente, enlace, fonte, ligação, collegamento, źródło, "
    "kaynak, bağlantı, источник, ссылка на источник, 출처, 링크, 出典, リンク, 来源, 链接, 來源"
)
DETAIL = (
    "detail, details, remark, remarks, note, notes, description, Bemerkung, Bemerkungen, Hinweis, Beschreibung, "
    "remarque, remarques, commentaire, observaciones, comentario, observações, comentário, osservazioni, uwagi, "
    "açıklama, not, notlar, примечание, примечания, описание, 비고, 備考, 备注, 備註"
)

RECALL: Mapping[str, str] = {
    "recall_class": RECALL_CLASS,
    "recall_reference": RECALL_REFERENCE,
    "recall_reason": RECALL_REASON,
}

RECALL_LIST: Mapping[str, str] = {
    "gtin": GTIN,
    "kind": "kind, recall or hold",
    "scope": "scope",
    "lot": LOT,
    "expiry_from": "expiry from",
    "expiry_to": "expiry to",
    "serial_from": "serial from",
    "serial_to": "serial to",
    "serials": "serials",
    "recall_class": RECALL_CLASS,
    "reference": "reference, recall reference",
    "reason": "reason, recall reason",
    "public_text": "public text",
    "issued": "issued",
    "issued_by": "issued by",
    "lifted": "lifted",
    "lifted_by": "lifted by",
    "lift_reason": "lift reason",
    "lift_reference": "lift reference",
}
"""The columns of a list of recalls, which exports write: its headers are the names of its fields."""
