"""Browsers that are told when something about a receipt changes, by web push and without an account.

A receipt can be read with its link alone. So that this service can judge it without the link, a subscription
keeps what it says, sealed with the service's secret key: who asks to be told gives that up. The message says
only that there is something to look at.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update

from service.accounts.credentials.secret_box import SecretBox
from service.clinics.receipts.content import ReceiptLine, hash_of, of_plain, padded, to_plain
from service.clinics.receipts.service import ReceiptService
from service.errors import ConflictError, ErrorCode, VialcheckError
from service.outgoing.web_push import PushSender, PushSubscription
from service.storage.database import Database
from service.storage.models import ReceiptSubscription, TreatmentReceipt

MOST = 5
"""Browsers of one receipt."""

MESSAGE = b"look"
_PIECE = 200
_SHORTEST = 8192
"""Bytes of one subscription, which has up to eight uses."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a receipt stands: the action and the reasons of each use, and whether it is voided."""

    uses: list[tuple[str, list[str]]]
    voided: bool

    def differs(self, now: "_Standing") -> bool:
        """Whether the holder would read something else now: another action, a new reason, taken back."""
        pairs = zip(self.uses, now.uses, strict=True)
        return self.voided != now.voided or any(
            action != action_now or not set(reasons_now) <= set(reasons)
            for (action, reasons), (action_now, reasons_now) in pairs
        )


@dataclass(frozen=True, slots=True)
class _Watched:
    """One subscription. `told`: how the receipt stood when it was told last."""

    token_hash: str
    mark: str
    to: PushSubscription
    lines: tuple[ReceiptLine, ...]
    told: _Standing
    voided: bool


class ReceiptSubscriptions:
    """Takes subscriptions, ends them, and tells the browsers. `sender`: gives the way to push services."""

    def __init__(
        self,
        database: Database,
        receipts: ReceiptService,
        secrets: SecretBox,
        sender: Callable[[], PushSender],
    ) -> None:
        self._database = database
        self._receipts = receipts
        self._secrets = secrets
        self._sender = sender

    @property
    def public_key(self) -> str:
        """What a browser subscribes with, in base64url."""
        return self._sender().public

    def subscribe(self, token: str, to: PushSubscription) -> None:
        """Have a browser told about the receipt of a link; a second time changes nothing.

        NotFoundError for a link that opens none, RefusedError for what is no subscription,
        ConflictError(TAKEN) where `MOST` browsers are told already.
        """
        to.check()
        opened = self._receipts.open(token)
        told = self._state(opened.lines, bool(opened.void_reason))
        mark, token_hash = self._mark(to.endpoint), hash_of(token)
        here = ReceiptSubscription.token_hash == token_hash
        with self._database.transaction() as connection:
            others = select(func.count()).where(here, ReceiptSubscription.endpoint_mark != mark)
            if (connection.scalar(others) or 0) >= MOST:
                raise ConflictError(
                    ErrorCode.TAKEN, given="", expected=f"at most {MOST} browsers", field="endpoint"
                )
            connection.execute(
                delete(ReceiptSubscription).where(here, ReceiptSubscription.endpoint_mark == mark)
            )
            sealed = self._sealed(token_hash, mark, to, opened.lines, told)
            values = {"token_hash": token_hash, "endpoint_mark": mark, "content": sealed}
            connection.execute(insert(ReceiptSubscription).values(values))

    def unsubscribe(self, token: str, endpoint: str) -> None:
        """Have a browser told no more; nothing happens where it was not."""
        with self._database.transaction() as connection:
            self._forget(connection, hash_of(token), self._mark(endpoint))

    def tell(self, now: datetime) -> dict[str, int]:
        """Judge every receipt that a browser is told about, and tell it where something changed.

        Returns how many were told, had ended, and could not be reached. What could not be reached is tried
        again the next time.
        """
        done = {"told": 0, "ended": 0, "failed": 0}
        for each in self._watched():
            now_so = self._state(each.lines, each.voided)
            if not each.told.differs(now_so):
                continue
            try:
                reached = self._sender().push(each.to, MESSAGE, now)
            except VialcheckError as error:
                _log.warning("a browser was not told of a change: %s", error)
                done["failed"] += 1
                continue
            with self._database.transaction() as connection:
                if reached:
                    sealed = self._sealed(each.token_hash, each.mark, each.to, each.lines, now_so)
                    connection.execute(
                        update(ReceiptSubscription)
                        .where(_is(each.token_hash, each.mark))
                        .values(content=sealed)
                    )
                else:
                    self._forget(connection, each.token_hash, each.mark)
            done["told" if reached else "ended"] += 1
        return done

    def _state(self, lines: Sequence[ReceiptLine], voided: bool) -> _Standing:
        verdicts = [self._receipts.verdict(each) for each in lines]
        uses = [(str(each.action), sorted({str(why.code) for why in each.reasons})) for each in verdicts]
        return _Standing(uses, voided)

    def _watched(self) -> Iterator[_Watched]:
        """All subscriptions, in pieces."""
        key = tuple_(ReceiptSubscription.token_hash, ReceiptSubscription.endpoint_mark)
        query = (
            select(ReceiptSubscription.__table__, TreatmentReceipt.voided)
            .join(TreatmentReceipt, TreatmentReceipt.token_hash == ReceiptSubscription.token_hash)
            .order_by(ReceiptSubscription.token_hash, ReceiptSubscription.endpoint_mark)
            .limit(_PIECE)
        )
        last = ("", "")
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query.where(key > last)).all()
            for row in rows:
                plain = json.loads(
                    self._secrets.open(row.content, bound_to=_bound(row.token_hash, row.endpoint_mark))
                )
                yield _Watched(
                    row.token_hash,
                    row.endpoint_mark,
                    PushSubscription(**plain["to"]),
                    of_plain(plain["content"]),
                    _told(plain["told"]),
                    row.voided,
                )
            if len(rows) < _PIECE:
                return
            last = (rows[-1].token_hash, rows[-1].endpoint_mark)

    def _sealed(
        self, token_hash: str, mark: str, to: PushSubscription, lines: Sequence[ReceiptLine], told: _Standing
    ) -> str:
        plain = json.dumps({"to": asdict(to), "content": to_plain(lines), "told": asdict(told)})
        return self._secrets.seal(
            padded(plain.encode(), _SHORTEST).decode(), bound_to=_bound(token_hash, mark)
        )

    def _mark(self, endpoint: str) -> str:
        key = self._secrets.derived("endpoints of receipts")
        return hmac.new(key, endpoint.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    @staticmethod
    def _forget(connection: Connection, token_hash: str, mark: str) -> None:
        connection.execute(delete(ReceiptSubscription).where(_is(token_hash, mark)))


def _told(plain: Any) -> _Standing:
    """What was told last. An earlier version wrote action, reasons and whether it was voided, of one use."""
    if isinstance(plain, list):
        return _Standing([(plain[0], plain[1])], plain[2])
    return _Standing([(action, reasons) for action, reasons in plain["uses"]], plain["voided"])


def _is(token_hash: str, mark: str) -> Any:
    return (ReceiptSubscription.token_hash == token_hash) & (ReceiptSubscription.endpoint_mark == mark)


def _bound(token_hash: str, mark: str) -> str:
    return f"receipt subscription {token_hash} {mark}"
