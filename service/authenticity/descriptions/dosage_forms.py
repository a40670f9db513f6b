"""Pharmaceutical forms as packs and people name them, made comparable: what it is, and what it is in.

>>> forms_agree("vial", "powder for solution for injection")
True
>>> forms_agree("Tabletten", "powder for solution for injection")
False

EDQM standard terms name a form by its state (powder, gel, tablet) and often its container (pre-filled
syringe). People name either. Both are found by stems, because packs decline and compound them.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from service.authenticity.descriptions.accents import without_accents


class State(StrEnum):
    """What the product is, as it leaves its maker."""

    POWDER = "powder"
    SOLUTION = "solution"
    SUSPENSION = "suspension"
    EMULSION = "emulsion"
    GEL = "gel"
    CREAM = "cream"
    OINTMENT = "ointment"
    TABLET = "tablet"
    CAPSULE = "capsule"
    GRANULES = "granules"
    SYRUP = "syrup"
    DROPS = "drops"
    SPRAY = "spray"
    PATCH = "patch"
    SUPPOSITORY = "suppository"
    IMPLANT = "implant"
    INHALATION = "inhalation"
    INJECTION = "injection"
    """Said alone, it leaves open which of the forms for injection it is."""


class Container(StrEnum):
    """What the product is in. Vial, ampoule and bottle are one: people use these words for each other."""

    VIAL = "vial"
    SYRINGE = "syringe"
    PEN = "pen"
    CARTRIDGE = "cartridge"
    BAG = "bag"
    TUBE = "tube"
    BLISTER = "blister"


class Route(StrEnum):
    """How it is given. Injection and infusion are one: into the body by a needle."""

    NEEDLE = "needle"
    MOUTH = "mouth"
    EYE = "eye"
    NOSE = "nose"
    SKIN = "skin"


_ROUTE_STEMS = {
    Route.NEEDLE: r"inject|injekt|injekc|inyec|injet|iniett|iniez|инъекц|ін'єкц|ενεσ|wstrzyk|"
    r"enjeks|infus|инфуз|perfus|injiser|инжек|инјек|injiciran|injezz|stungulyf|\btiem\b|ฉีด|הזרק|"
    r"تزریق|larutan injek|注射|주사|حقن",
    Route.MOUTH: r"\boral|\boraal|einnehmen|buvable|bevib|doustn|peroral|внутрь|口服|経口|경구|\bmouth",
    Route.EYE: r"\beye|ophthalm|augentropf|collyre|colirio|collirio|\bocular|глазн|点眼|점안",
    Route.NOSE: r"\bnasal|\bnose|nasenspray|назал|点鼻",
    Route.SKIN: r"topical|cutane|\bdermal|\bhaut",
}
_ROUTES = {route: re.compile(stems) for route, stems in _ROUTE_STEMS.items()}

_STATE_STEMS = {
    State.POWDER: r"powder|pulver|poudre|polvo|polvere|\bpo\b|proszek|proszk|prasek|"
    r"prask|prasok|порош|lyo?phil|"
    r"liofil|lyofil|лиофил|freeze.?dried|gefriergetrocknet|trockensubstanz|pudra|\btoz|"
    r"prasak|прашак|\bпрах|jauhe|kuiva-?aine|milteli|pulber|poeder|liyofil|serbuk|\btrab\b|"
    r"stungulyfsstofn|"
    r"\bpor(?= (?:es |oldat|szuszp|injekc|infuz|belso|koncentr|inhal))|\bbot (?:pha|dong|tiem)|"
    r"\bdong kho\b|"
    r"κονι[σα]|κονεωσ|אבקה|אבקת|پودر|ผง|पाउडर|粉|凍結乾燥|冻干|凍乾|분말|동결건조|مسحوق|dry substance",
    State.SOLUTION: r"solution|solut(?:ie|io)|losung|solucion|solucao|soluzione|roztw|"
    r"roztok|oldat|раствор|розчин|"
    r"cozelti|liuos|oplosning|losning|oplossing|διαλυμα|otopin|raztopin|tirpal|skidum|"
    r"lahus|溶液|注射液|용액|"
    r"주사액|محلول|разтвор|rastvor|раствор|lausn\b|soluzzjoni|dung dich|สารละลาย|תמיסה|larutan|liquid|"
    r"flussig|liquide|liquido",
    State.SUSPENSION: r"suspen|szuszpenz|суспенз|zawiesin|εναιωρημα|混悬|懸濁|현탁",
    State.EMULSION: r"emuls|эмульс|γαλακτωμα|乳剂|乳剤",
    State.GEL: r"\bgels?\b|hydrogel|\bгел|\bzele?\b|凝胶|ゲル|\b겔|filler|viscoelastic",
    State.CREAM: r"\bcreams?\b|creme|\bkrem|\bcrema|κρεμα|קרם|كريم|کرم|ครีม|крем|乳膏|クリーム|크림|lotion",
    State.OINTMENT: r"ointment|salbe|pommade|pomada|unguent|мазь|\bmasc|软膏|軟膏|연고",
    State.TABLET: r"tablet|tablett|comprim|compress[ae]|таблет|\bpills?\b|pastill|"
    r"dragee|kaplet|toflur|pillol|vien nen|เม็ด|गोली|טבלי|קפלי|قرص|δισκι|片剂|^片$|錠|정제|^정$|أقراص|اقراص",
    State.CAPSULE: r"capsul|kapsel|kapsul|kapsl|kapszul|kapsułk|vien nang|แคปซู?ล|כמוס|کپسول|gelul|"
    r"капсул|καψακι|胶囊|カプセル|캡슐|كبسول",
    State.GRANULES: r"granul|гранул",
    State.SYRUP: r"syrup|syrop|szirup|siirap|שירופ|شراب|sirup|sirop|jarabe|xarope|sciroppo|сироп|surup",
    State.DROPS: r"tropfen|\bdrops?\b|\bgotas\b|gouttes|gocce|капли|krople",
    State.SPRAY: r"spray|aerosol|спрей|nebul",
    State.PATCH: r"\bpatch|pflaster|parche|cerotto|adesivo transd|пластыр|transderm",
    State.SUPPOSITORY: r"supposit|zapfchen|supositor|suppost|свеч",
    State.IMPLANT: r"implant|имплант",
    State.INHALATION: r"inhal|ингал",
    State.INJECTION: r"inject|injekt|injekc|inyec|injet|iniett|iniez|инъекц|ін'єкц|ενεσ|"
    r"wstrzyk|enjeks|infus|инфуз|injiser|инжек|инјек|injiciran|injezz|stungulyf|\btiem\b|"
    r"ฉีด|הזרק|تزریق|\binj\b|perfus|注射|주사|حقن",
}
_CONTAINER_STEMS = {
    Container.VIAL: r"\bvials?\b|durchstechflasche|flacon|\bfioles?\b|frasco|fiolk|"
    r"lahvick|injekcios uveg|флакон|"
    r"\bfial[ae]\b|hetteglas|haetteglas|hettuglas|injektionsflask|liekovk|bocic|\bviala?\b|viaal|"
    r"stikliuk|\bflakon|фиолк|\blo bot|\bขวด|בקבוקון|قارورة|قاروره|قنينة|ویال|φιαλιδ|バイアル|바이알|瓶|"
    r"ampoul|ampul(?!.{0,3}strzyk)|"
    r"ampoll|ampola|"
    r"ампул|アンプル|앰플|安瓿|bottle|flasche|botella|garrafa",
    Container.SYRINGE: r"syring|spritze|seringue|jeringa|seringa|siringa|strzykawk|"
    r"strikack|fecskendo|шприц|\bspuit|"
    r"sprojte|sproyte|spruta|ruisku|striekack|striekac|ampul[ck]o-?strzykawk|strcaljk|\bspric|"
    r"brizga(?!lic)|enjektor|спринцовк|svirkst|slirce|sustel\b|sprauta|מזרק|سرنگ|محقن|กระบอกฉีด|bom tiem|"
    r"\bsiring|注射器|シリンジ|시린지|주사기|pre.?filled(?! pen)|\bpfs\b|"
    r"σ.ριγγα|συριγγα",
    Container.PEN: r"\bpens?\b|fertigpen|autoinject|auto.inject|injektor|inyector|"
    r"\bpluma|\bstylo|caneta|\bpenna\b|"
    r"wstrzykiwacz|\bpero\b|brizgalic|шприц.?ручк|ペン|\b펜",
    Container.CARTRIDGE: r"cartridge|patrone|cartouche|cartucho|cartuccia|carpule|картридж",
    Container.BAG: r"\bbags?\b|beutel|\bpoche|\bbolsa|\bsacca",
    Container.TUBE: r"\btubes?\b|\btuben?\b|\btubo\b|тюбик",
    Container.BLISTER: r"blister|блистер",
}
_STATES = {state: re.compile(stems) for state, stems in _STATE_STEMS.items()}
_CONTAINERS = {container: re.compile(stems) for container, stems in _CONTAINER_STEMS.items()}

_BY_NEEDLE = frozenset(
    {
        State.POWDER,
        State.SOLUTION,
        State.SUSPENSION,
        State.EMULSION,
        State.GEL,
        State.IMPLANT,
        State.INJECTION,
    }
)
_HELD_IN = {
    State.POWDER: frozenset({Container.VIAL, Container.BAG}),
    State.TABLET: frozenset({Container.BLISTER}),
    State.CAPSULE: frozenset({Container.BLISTER}),
    State.CREAM: frozenset({Container.TUBE}),
    State.OINTMENT: frozenset({Container.TUBE}),
    State.PATCH: frozenset[Container](),
    State.SUPPOSITORY: frozenset({Container.BLISTER}),
}
"""What a form of this state is in, where its name says no container; a state that is not here: in any."""


@lru_cache(maxsize=4096)  # the same products are asked about on every check
def _routes(text: str) -> frozenset[Route]:
    """The ways to give it that a text names."""
    plain = _plain(text)
    return frozenset(route for route, stems in _ROUTES.items() if stems.search(plain))


def _plain(text: str) -> str:
    plain = without_accents(unicodedata.normalize("NFKC", text[:300]).casefold())
    return plain.replace("ø", "o").replace("æ", "ae")


@lru_cache(maxsize=4096)
def _named(text: str) -> tuple[frozenset[State], frozenset[Container]]:
    """The states and containers that a text names."""
    plain = _plain(text)
    states = frozenset(state for state, stems in _STATES.items() if stems.search(plain))
    return states, frozenset(each for each, stems in _CONTAINERS.items() if stems.search(plain))


def forms_agree(presented: str, recorded: str) -> bool | None:
    """Whether a form is the one on record (or one of several, with `;` between them).

    None where either side names no form that is known here.
    """
    said = [agreed for each in recorded.split(";") if (agreed := _one_agrees(presented, each)) is not None]
    return any(said) if said else None


def named_form(name: str, recorded: str) -> bool | None:
    """As `forms_agree`, of the words in a product's name; most containers there say nothing sure.

    A syringe or a pen does where the record names no container, and its form is in none of the two.

    >>> named_form("Testavox tablets", "powder for solution for injection"), named_form("Testavox 100", "gel")
    (False, None)
    >>> named_form("Testavox prefilled syringe", "powder for solution for injection")
    False
    """
    states, containers = _named(name)
    if states - {State.SOLUTION, State.INJECTION}:
        return forms_agree(name, recorded)
    if Container.VIAL in containers:
        return None  # a vial, and a syringe beside it
    handed = containers & {Container.SYRINGE, Container.PEN}
    held = [_named(each) for each in recorded.split(";")]
    foreign = handed and all(not inside and not _fits(handed, made) for made, inside in held)
    return False if foreign else None


def _one_agrees(presented: str, recorded: str) -> bool | None:
    routes, held_routes = _routes(presented), _routes(recorded)
    if routes and held_routes and not routes & held_routes:
        return False
    states, containers = _named(presented)
    held_states, held_containers = _named(recorded)
    if not (states or containers) or not (held_states or held_containers):
        return None
    if states and held_states and not _states_meet(states, held_states):
        return False
    if containers and held_containers:
        return bool(containers & held_containers)
    return _fits(containers, held_states) and _fits(held_containers, states)


def _states_meet(one: frozenset[State], other: frozenset[State]) -> bool:
    dry, dissolved = (
        frozenset({State.POWDER}),
        frozenset({State.SOLUTION, State.SUSPENSION, State.EMULSION}),
    )
    if (one & dry) != (other & dry) and (one if other & dry else other) & dissolved:
        return False  # a liquid is no powder, though the powder is for a solution
    if one == {State.INJECTION} or other == {State.INJECTION}:
        return bool((one | other) <= _BY_NEEDLE)
    return bool((one & other) - {State.INJECTION})


def _fits(containers: frozenset[Container], states: frozenset[State]) -> bool:
    """Whether something of these states may be in one of these containers; nothing said fits everything."""
    if not containers or not states:
        return True
    main = [_HELD_IN[state] for state in states if state in _HELD_IN]
    return not main or any(containers & held for held in main)
