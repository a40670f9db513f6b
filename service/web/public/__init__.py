"""Pages for everyone, without an account: ask, answer, photo, labels, report, privacy."""

from service.web.public import check, digital_link, information
from service.web.public.blueprint import pages

__all__ = ["check", "digital_link", "information", "pages"]
