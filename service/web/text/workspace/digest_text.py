"""A digest as an e-mail: a subject and a text of counts and links."""

from collections.abc import Iterator
from gettext import NullTranslations

from service.registry.digests.counts import DigestCounts
from service.web.text.formatting import date_words


def digest_text(news: DigestCounts, address: str, tr: NullTranslations) -> tuple[str, str]:
    """Subject and text. `address`: where the pages are."""
    lines = [
        tr.gettext("New for {organisation} since {day}:").format(
            organisation=news.organisation, day=date_words(news.since.date().isoformat(), tr)
        ),
        "",
        *_counted(news, address, tr),
        tr.gettext(
            "You are sent this because whoever runs Vialcheck for you has set it up. Ask them to end it."
        ),
    ]
    return tr.gettext("Vialcheck: something to look into"), "\n".join(lines) + "\n"


def _counted(news: DigestCounts, address: str, tr: NullTranslations) -> Iterator[str]:
    very_strong, strong, worth_a_look = news.suspects
    if very_strong:
        said = tr.ngettext(
            "{count} thing stands out very strongly", "{count} things stand out very strongly", very_strong
        )
        yield _line(said, very_strong)
    if strong:
        said = tr.ngettext("{count} thing stands out strongly", "{count} things stand out strongly", strong)
        yield _line(said, strong)
    if worth_a_look:
        said = tr.ngettext("{count} thing is worth a look", "{count} things are worth a look", worth_a_look)
        yield _line(said, worth_a_look)
    if news.unknown_lots:
        said = tr.ngettext(
            "{count} lot that is not on record is asked for again and again",
            "{count} lots that are not on record are asked for again and again",
            news.unknown_lots,
        )
        yield _line(said, news.unknown_lots)
    if sum(news.suspects) or news.unknown_lots:
        yield from (f"  {address}/watch", "")
    if news.stop_notices:
        said = tr.ngettext(
            "{count} notice of stopped vials that you have or used is not confirmed yet",
            "{count} notices of stopped vials that you have or used are not confirmed yet",
            news.stop_notices,
        )
        yield from (_line(said, news.stop_notices), f"  {address}/clinic", "")
    if news.reports:
        yield from _reported(news, address, tr)


def _reported(news: DigestCounts, address: str, tr: NullTranslations) -> Iterator[str]:
    said = tr.ngettext(
        "{count} report of a suspicious product", "{count} reports of suspicious products", news.reports
    )
    yield _line(said, news.reports)
    if news.harmed:
        said = tr.ngettext(
            "{count} of them says that somebody is ill",
            "{count} of them say that somebody is ill",
            news.harmed,
        )
        yield _line(said, news.harmed)
    yield from (f"  {address}/reports", "")


def _line(said: str, count: int) -> str:
    return "- " + said.format(count=count)
