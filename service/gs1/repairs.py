"""What had to be repaired before a text could be read. A repaired reading may stop a vial and never pass it.

Not repairs: invisible characters, the letter case of labels, a link without its scheme.
"""

from enum import StrEnum


class Repair(StrEnum):
    """One repair. The first five are wrong settings of a scanner, or of the computer that it types into."""

    SEPARATOR_SPELLED = "separator_spelled"
    SEPARATOR_LOST = "separator_lost"
    CAPS_LOCK = "caps_lock"
    LAYOUT = "layout"
    PREFIX_CUT = "prefix_cut"
    # other faults of scans
    WITHOUT_FNC1 = "without_fnc1"
    BARE_ELEMENTS = "bare_elements"
    TAIL_CUT = "tail_cut"
    ELEMENT_IMPOSSIBLE = "element_impossible"
    SEVERAL_SCANS = "several_scans"
    LINK_FORM = "link_form"
    # typed and pasted text
    TYPOGRAPHY = "typography"
    OTHER_DIGITS = "other_digits"
    LOOK_ALIKE_LETTERS = "look_alike_letters"
    LABEL_GLUED = "label_glued"
    LABEL_BEHIND = "label_behind"
    LABEL_AMBIGUOUS = "label_ambiguous"
    WITHOUT_LABEL = "without_label"
    WORDS_BESIDE = "words_beside"
    DATE_AMBIGUOUS = "date_ambiguous"
