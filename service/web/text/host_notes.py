"""What is said of the web address in a code: whose it is not."""

from collections.abc import Iterable
from gettext import NullTranslations

from service.gs1.hosts import resembles, same_host
from service.web.text.formatting import N_, visible

_FOREIGN = N_("This code points to another site, {host}. We did not open it, and its answer may be anything.")
_LOOKS_LIKE_OURS = N_(
    "This code points to another site, {host}. Its address looks like ours and is not ours."
    " We did not open it. Do not open it either."
)


def host_note(host: str | None, own_hosts: Iterable[str], tr: NullTranslations) -> str:
    """A sentence about a host that is not ours; empty for ours and for none."""
    ours = tuple(own_hosts)
    if not host or any(same_host(host, each) for each in ours):
        return ""
    said = _LOOKS_LIKE_OURS if any(resembles(host, each) for each in ours) else _FOREIGN
    return tr.gettext(said).format(host=visible(host))
