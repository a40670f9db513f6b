"""Hypothesis strategies for the values of AIs 10, 21 and 22, and which of them a Digital Link can carry."""

import re

from hypothesis import strategies as st

CSET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""GS1 General Specifications, figure 7.11-1."""

_like_a_path = st.lists(st.sampled_from(["/", "10", "21", "22", "A", "%", "."]), min_size=1, max_size=8)
values = st.text(CSET_82, min_size=1, max_size=20) | _like_a_path.map("".join)
"""Every value of character set 82, those often that a web server could take for something else."""

_OF_ITS_OWN_MEANING = re.compile(r"\.{1,2}|.*/(?:10|21|22)(?:/.*)?")
"""Whole values: a folder to every browser, or one that holds what looks like the next AI of a path."""


def carried_by_link(*segments: str | None) -> bool:
    """Whether the values of a Digital Link's path, in its order, arrive at a server as they were printed.

    Written after the issue's words and not after the code: a trailing slash of the last one is tolerated by
    resolvers and then means nothing.
    """
    given = [each for each in segments if each]
    ends_in_a_slash = bool(given) and given[-1].endswith("/")
    return not ends_in_a_slash and not any(map(_OF_ITS_OWN_MEANING.fullmatch, given))
