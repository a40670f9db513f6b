"""Signs of harm after an injection, by how fast help is needed, and the statements they are taken from."""

from dataclasses import dataclass

from service.web.text.formatting import N_


@dataclass(frozen=True, slots=True)
class PublishedSource:
    """A public statement. `published`: YYYY, YYYY-MM or YYYY-MM-DD; empty where its page gives none."""

    publisher: str
    title: str
    url: str
    published: str = ""


EMERGENCY_SIGNS = (
    N_("You find it hard to breathe."),
    N_("You find it hard to swallow, or you choke."),
    N_("You cannot speak as you always do."),
    N_("You feel weak, and it spreads: to your neck, arms or legs."),
    N_("Your face, mouth or throat swells up, or you faint."),
    N_("After a filler: you see less, or your skin turns white or hurts a lot."),
)
"""An ambulance is called for any of these."""

URGENT_SIGNS = (
    N_("Your eyelids droop."),
    N_("Your sight is blurred, or you see double."),
    N_("Your mouth is very dry, or you feel very tired."),
)
"""A doctor looks at any of these on the same day: they are the first signs of a toxin that spreads."""

SOURCES = (
    PublishedSource(
        "FDA",
        "BOTOX Cosmetic, label: boxed warning on distant spread of toxin effect",
        "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=485d9b71-6881-42c5-a620-a4360c7192ab",
        "2024-10-18",
    ),
    PublishedSource(
        "CDC",
        "Adverse Effects Linked to Counterfeit or Mishandled Botulinum Toxin Injections (HAN 507)",
        "https://www.cdc.gov/han/2024/han00507.html",
        "2024-04-23",
    ),
    PublishedSource(
        "UKHSA",
        "UKHSA issues warning over botulism",
        "https://www.gov.uk/government/news/ukhsa-issues-warning-over-botulism",
        "2025-08",
    ),
    PublishedSource("nidirect", "Botulism", "https://www.nidirect.gov.uk/conditions/botulism"),
    PublishedSource("NHS", "Anaphylaxis", "https://www.nhs.uk/conditions/anaphylaxis/", "2023-06-21"),
    PublishedSource(
        "Pharmacy Times",
        "FDA Warns of Serious Facial Damage from Dermal Fillers",
        "https://www.pharmacytimes.com/view/fda-warns-of-serious-facial-damage-from-dermal-fillers",
        "2015",
    ),
)
"""What the signs and times on these pages rest on; read in November 2026."""
