"""Pages of the places where a clinic's vials lie: their temperature, and what an excursion holds."""

from service.web.clinic.temperature import excursions, places

__all__ = ["excursions", "places"]
