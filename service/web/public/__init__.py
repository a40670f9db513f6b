"""Pages for everyone, without an account: ask, answer, photo, labels, report, privacy; and the resolver."""

from service.web.public import check, information
from service.web.public.blueprint import pages
from service.web.public.resolver import description, digital_link

__all__ = ["check", "description", "digital_link", "information", "pages"]
