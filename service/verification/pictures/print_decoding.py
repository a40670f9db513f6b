"""What a line of print may say, from what a recogniser takes each narrow strip of it for."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

BLANK = ""
"""No character in this strip, or the end of one that may come again."""

_BEAM = 40
"""Beginnings of the line that are kept from strip to strip."""

Frame = Mapping[str, float]


def likely_texts(frames: Sequence[Frame], most: int) -> tuple[tuple[str, float], ...]:
    """The likeliest texts, at most so many, each with its share of the likelihood of all that were found.

    `frames`: for each strip of the line, from left to right, how likely each character is to stand in it. A
    character in two strips beside each other is one; the sum over all ways to write a text is its likelihood
    (connectionist temporal classification, as such recognisers are trained).
    """
    beam: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # likelihood with a blank at the end, and without
    for frame in frames:
        longer: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for text, blank, likelihood in _continued(beam, frame):
            longer[text][0 if blank else 1] += likelihood
        kept = sorted(longer.items(), key=lambda each: -sum(each[1]))[:_BEAM]
        whole = sum(sum(each) for _, each in kept) or 1.0
        beam = {text: (ends[0] / whole, ends[1] / whole) for text, ends in kept}
    found: dict[str, float] = defaultdict(float)
    for text, ends in beam.items():
        found[" ".join(text.split())] += sum(ends)
    return tuple(sorted(found.items(), key=lambda each: -each[1])[:most])


def _continued(beam: Mapping[str, tuple[float, float]], frame: Frame) -> Iterator[tuple[str, bool, float]]:
    """Each beginning with each character of the next strip: the text, whether a blank ends it, how likely."""
    for text, (after_blank, after_character) in beam.items():
        for character, likelihood in frame.items():
            if character == BLANK:
                yield text, True, (after_blank + after_character) * likelihood
            elif text.endswith(character):
                yield text, False, after_character * likelihood
                yield text + character, False, after_blank * likelihood
            else:
                yield text + character, False, (after_blank + after_character) * likelihood
