"""The pages of a clinic's people: what needs attention, what came in, what was used, where a lot went."""

from service.web.clinic import home, receive, trace, use
from service.web.clinic.common import clinic

__all__ = ["clinic", "home", "receive", "trace", "use"]
