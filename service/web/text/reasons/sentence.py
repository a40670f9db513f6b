"""One sentence in two voices."""

from dataclasses import dataclass

from service.authenticity.evidence import Asker


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence for patients, and one for clinics where it differs."""

    patient: str
    clinic: str = ""

    def to(self, asker: Asker) -> str:
        """Return the sentence for the asker, not yet translated."""
        return self.clinic if asker is Asker.CLINIC and self.clinic else self.patient
