"""The other services on one PostgreSQL database, by the names of their connections.

Each service names its connections after what it shares with others, so that a server that is asked knows
who is there at this moment: no table has to be kept, and none is left over by a machine that died.
"""

import re
from typing import NamedTuple, Self

_NAME = re.compile(r"vialcheck/([0-9a-f]{6})/([0-9a-f]{8})/([0-9a-f]{8})/([0-9a-f]{8})")
LISTED = (
    "SELECT DISTINCT application_name FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name LIKE 'vialcheck/%%'"
)


class SharedMarks(NamedTuple):
    """What tells services apart that should share it, as short hexadecimal marks.

    `host`: the machine or container. `files`: the folder of lists and of the queue. `key`: the encryption
    key. `budgets`: where the budgets of networks are kept.
    """

    host: str
    files: str
    key: str
    budgets: str

    @property
    def name(self) -> str:
        """The name of the connections (`application_name`, at most 63 bytes)."""
        return f"vialcheck/{'/'.join(self)}"

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Read the name of a connection; None for one of another program or version."""
        found = _NAME.fullmatch(name)
        return cls(*found.groups()) if found else None
