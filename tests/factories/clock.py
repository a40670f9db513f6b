"""A clock that a test moves."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Begins where today's sessions would; `ahead` moves it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def ahead(self, **time: float) -> None:
        self.now += timedelta(**time)
