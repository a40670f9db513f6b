"""The pages of a clinic's people: what needs attention, what came in, what was used, where a lot went."""

from service.web.clinic import house, receiving, tracing, using
from service.web.clinic.room import clinic

__all__ = ["clinic", "house", "receiving", "tracing", "using"]
