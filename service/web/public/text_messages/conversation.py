"""A text message and its answer: the same road, the same record and the same refusals as a page.

The sender's number is known only as a mark that lasts a week, under which its budget is kept. The provider's
id of a message is the nonce of its check, under a key: sent again, it gets the same answer, and no second
check is recorded.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from service.errors import ConflictError, ErrorCode, TooManyError, UnavailableError, VialcheckError
from service.rate_limit.limiter import Payer
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import Answer
from service.web.core.i18n import available, translation
from service.web.core.services import services
from service.web.limits.checks import ask_check
from service.web.text.locales import SOURCE_LANGUAGE
from service.web.text.text_messages.verdict_message import (
    HELP,
    PICTURE,
    TOO_MANY,
    TROUBLE,
    UNREADABLE,
    other_message,
    verdict_message,
)

REPLAYED_AFTER = timedelta(days=1)
"""A provider that got no answer sends a message again within hours; later it is a copy of an old request."""

_LOT_WITH_EXPIRY = re.compile(r"(?!lot\b)(\S+\s+exp\b.*)", re.IGNORECASE | re.DOTALL)
_LANGUAGE = re.compile(r"(?<!\S)#([A-Za-z]{2})(?!\S)")


class TextMessage(Struct, frozen=True):
    """One message as its provider passes it on. `id`: the provider's own; `pictures`: how many came along."""

    id: str
    sender: str
    text: str
    pictures: int = 0

    def of_provider(self, name: str) -> "TextMessage":
        """Return the same message with an id that no other provider's message has."""
        return replace(self, id=f"{name} {self.id}")


def answer_to(message: TextMessage) -> str:
    """Return the answer; empty where none is sent, as to a sender who was told that the budget is spent.

    ConflictError(NONCE_REUSED) for a message that was answered more than a day ago, or whose id another
    message had.
    """
    text, language = without_language(message.text, services().settings.text_language)
    tr = translation(language)
    payer = Payer("", sender=services().device_marks.mark_of_phone(message.sender, datetime.now(UTC)))
    try:
        if text:
            return verdict_message(_checked(message, text, payer), tr)
        services().rate_limiter.admit(payer)
        return other_message(PICTURE if message.pictures else HELP, tr)
    except TooManyError:
        told = services().rate_limiter.is_first_refusal(payer)
        return other_message(TOO_MANY, tr) if told else ""
    except UnavailableError:
        return other_message(TROUBLE, tr)
    except ConflictError:
        raise
    except VialcheckError:
        return other_message(PICTURE if message.pictures else UNREADABLE, tr)


def without_language(text: str, otherwise: str) -> tuple[str, str]:
    """Return a message without the language that it names as `#es`, and that language.

    Two letters alone are no language: they may be a part of the lot.

    >>> without_language("c3709c3 #ES", "en")
    ('c3709c3', 'es')
    >>> without_language("DE 4521 #1", "fr")
    ('DE 4521 #1', 'fr')
    """
    for found in _LANGUAGE.finditer(text):
        if (named := found[1].lower()) in available():
            return f"{text[: found.start()]}{text[found.end() :]}".strip(), named
    return text.strip(), otherwise if otherwise in available() else SOURCE_LANGUAGE


def _checked(message: TextMessage, text: str, payer: Payer) -> Answer:
    # The country of a telephone number is not where the telephone is: none is taken from it.
    origin = RequestOrigin(Channel.TEXT_MESSAGE, client=payer.sender or "")
    answer = ask_check(
        Question(scan=_as_printed(text), nonce=mark_of_message(message.id) or None), origin, payer=payer
    )
    if answer.repeated and services().verification.now() - answer.verdict.as_of > REPLAYED_AFTER:
        raise ConflictError(
            ErrorCode.NONCE_REUSED,
            given=message.id,
            expected="a new message",
            found="a message that was answered before",
            field="nonce",
        )
    return answer


def _as_printed(text: str) -> str:
    """Return a lot before its expiry date with the word that packs print before it: LOT A1001 EXP 2027-12."""
    found = _LOT_WITH_EXPIRY.fullmatch(text)
    return f"LOT {found[1]}" if found else text


def mark_of_message(message_id: str) -> str:
    """Return the mark that a message's check is recorded with; empty where its provider gave no id."""
    if not message_id:
        return ""
    key = services().settings.secret_box().derived("ids of text messages")
    return hashlib.blake2b(message_id.encode("utf-8", "replace"), key=key, digest_size=24).hexdigest()
