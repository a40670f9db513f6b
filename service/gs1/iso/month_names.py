"""Names of the months and their abbreviations in the languages of packs.

>>> months_called("Oktober"), months_called("июля"), months_called("lipiec"), months_called("listopad")
((10,), (7,), (7,), (10, 11))

Unicode CLDR has them too (package `babel`), at 50 MB and a second of processor time for these languages; a
check has to answer in less.
"""

# ruff: noqa: RUF001 - words of many scripts

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_NAMES = (
    "jan january ene enero janv janvier januar janner jaen gen gennaio janeiro ian ianuarie jaan "
    "jaanuar januara januari janvaris led leden ledna oca ocak saus sausio sausis sij sijecanj "
    "sijecnja sty styczen stycznia tammi tammikuu tammikuuta ιαν ιανουαριος ιανουαριου січ січень "
    "січня янв январь января яну януари јан јануар қаң қаңтар ינואר ינו يناير ژانویه जनवरी जन ม.ค "
    "มกราคม იან იანვარი",
    "feb february febrero fev fevr fevrier februar febbraio fevereiro febr februara februari "
    "februarie februaris helmi helmikuu helmikuuta lut luty lutego subat unor unora vas vasario "
    "vasaris veebr veebruar velj veljaca veljace φεβ φεβρουαριος φεβρουαριου ақп ақпан лют лютий "
    "лютого феб фебруар фев февр февраль февраля февруари פברואר פבר فبراير شباط فوریه फरवरी फर ก.พ "
    "กุมภาพันธ์ თებ თებერვალი",
    "mar march marzo mars marz mrz marco brezen brezna kovas kovo maalis maaliskuu maaliskuuta maart "
    "marc marca marcius marec maret mart martie marts marzec mrt ozu ozujak ozujka μαρ μαρτιος "
    "μαρτιου бер березень березня март марта нау наурыз מרץ مارس آذار मार्च มี.ค มีนาคม მარ მარტი",
    "apr april abr abril avr avril aprile aprila aprilie aprilis aprill bal balandis balandzio dub "
    "duben dubna huhti huhtikuu huhtikuuta kwi kwiecien kwietnia nis nisan tra travanj travnja απρ "
    "απριλιος απριλιου апр апрель апреля април квіт квітень квітня сәу сәуір אפריל אפר نيسان آوریل أبريل "
    "ابريل अप्रैल เม.ย เมษายน აპრ აპრილი",
    "may mayo mai mag maggio maio geg geguze geguzes kve kveten kvetna maijs maj maja majus mayis mei "
    "svi svibanj svibnja touko toukokuu toukokuuta μαι μαιος μαιου май мая мам мамыр мај трав травень "
    "травня מאי مايو أيار مه मई พ.ค พฤษภาคม მაი მაისი",
    "jun june junio juin juni giu giugno junho birz birzelio birzelis cerven cervna cvn cze czerwca "
    "czerwiec haz haziran iun iunie juna junij junijs junius juuni kesa kesakuu kesakuuta lip lipanj "
    "lipnja ιουν ιουνιος ιουνιου июн июнь июня мау маусым черв червень червня юни јун יוני يونيو حزيران ژوئن "
    "जून มิ.ย มิถุนายน ივნ ივნისი",
    "jul july julio juil juillet juli lug luglio julho cervenec cervence cvc heina heinakuu "
    "heinakuuta iul iulie jula julij julijs julius juuli liep liepa liepos lip lipca lipiec srp "
    "srpanj srpnja tem temmuz ιουλ ιουλιος ιουλιου июл июль июля лип липень липня шіл шілде юли јул "
    "יולי يوليو تموز ژوئیه जुलाई जुल ก.ค กรกฎาคม ივლ ივლისი",
    "aug august ago agosto aout agu agustos agustus augusta augusti augusts augustus augusztus avg "
    "avgust elo elokuu elokuuta kol kolovoz kolovoza rugp rugpjucio rugpjutis sie sierpien sierpnia "
    "srp srpen srpna αυγ αυγουστος αυγουστου авг август августа серп серпень серпня там тамыз אוגוסט "
    "אוג أغسطس آب اغسطس اوت अगस्त अग ส.ค สิงหาคม აგვ აგვისტო",
    "sep sept september septiembre set setiembre septembre settembre setembro eyl eylul rugs rugsejis "
    "rugsejo ruj rujan rujna septembra septembrie septembris syys syyskuu syyskuuta szept szeptember "
    "wrz wrzesien wrzesnia zari σεπ σεπτεμβριος σεπτεμβριου вер вересень вересня сен сент сентябрь "
    "сентября сеп септембар септември қыр қыркүйек ספטמבר ספט سبتمبر أيلول سپتامبر सितंबर सित ก.ย กันยายน "
    "სექ სექტემბერი",
    "oct october octubre octobre okt oktober ott ottobre out outubro eki ekim lis listopad listopada "
    "loka lokakuu lokakuuta octombrie oktobra oktobris oktoober paz pazdziernik pazdziernika rij "
    "rijen rijna spal spalio spalis οκτ οκτωβριος οκτωβριου жовт жовтень жовтня октобар октомври "
    "октябрь октября қаз қазан אוקטובר אוק أكتوبر اكتوبر اکتبر अक्टूबर अक्टू ต.ค ตุลาคม ოქტ ოქტომბერი",
    "nov november noviembre novembre novembro kas kasim lapkr lapkricio lapkritis lis listopad "
    "listopada listopadu marras marraskuu marraskuuta noiembrie novembra novembris stu studeni "
    "studenoga νοε νοεμβριος νοεμβριου лист листопад листопада нов новембар ное ноември нояб ноябрь "
    "ноября қар қараша נובמבר נוב نوامبر نوفمبر नवंबर नव พ.ย พฤศจิกายน ნოე ნოემბერი",
    "dec december dic diciembre decembre dez dezember dicembre dezembro ara aralik decembra decembrie "
    "decembris des desember dets detsember gru grudnia grudzien gruod gruodis gruodzio joulu joulukuu "
    "joulukuuta pro prosinac prosinca prosince prosinec δεκ δεκεμβριος δεκεμβριου груд грудень грудня "
    "дек декабрь декабря декември дец децембар жел желтоқсан דצמבר דצמ ديسمبر دسامبر दिसंबर दिस ธ.ค "
    "ธันวาคม დეკ დეკემბერი",
)
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii"  # 31.XII.2027, as Polish and Hungarian packs have it
_NO_DECOMPOSITION = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d"})


def folded(word: str) -> str:
    """A month's name without case, accents and the full stop behind it."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_NO_DECOMPOSITION))
    return "".join(each for each in plain if not unicodedata.combining(each)).replace("ς", "σ").strip(" .")


def _table() -> Mapping[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for month, names in enumerate(_NAMES, start=1):
        for name in dict.fromkeys(map(folded, names.split())):
            found[name] = (*found.get(name, ()), month)
    for month, roman in enumerate(_ROMAN.split(), start=1):
        found[roman] = (month,)
    return MappingProxyType(found)


MONTHS = _table()
"""The months that a folded name may mean; two where languages disagree (`listopad`: Croatian, Czech)."""


def months_called(name: str) -> tuple[int, ...]:
    """The months of that name, however it is written; none for another word."""
    return MONTHS.get(folded(name), ())
