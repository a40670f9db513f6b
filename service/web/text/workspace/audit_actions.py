"""What was done to a record, in words: the actions that the audit knows."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.web.text.formatting import N_

EVENTS: Mapping[str, str] = {
    "create": N_("Put in"),
    "check": N_("Checked"),
    "change": N_("Changed"),
    "commission": N_("Units put in"),
    "release": N_("Released"),
    "hold": N_("Put on hold"),
    "recall": N_("Recalled"),
    "watch_held": N_("Put on hold"),
    "watch_alerted": N_("Alert raised"),
    "watch_cleared": N_("Cleared"),
    "thresholds": N_("Thresholds set"),
    "lift": N_("Recall or hold lifted"),
    "extend": N_("Expiry date extended"),
    "withdraw_extension": N_("Extension withdrawn"),
    "correct": N_("Corrected"),
    "ask": N_("Asked for a second person"),
    "approve": N_("Agreed to"),
    "refuse": N_("Request ended"),
    "merge": N_("Merged"),
    "add_link": N_("Link added"),
    "remove_link": N_("Link removed"),
    "change_link": N_("Link changed"),
    "move": N_("Moved to another lot"),
    "decommissioning": N_("Taken out of use"),
    "destroying": N_("Destroyed"),
    "holding": N_("Locked"),
    "shipping": N_("Shipped"),
    "receiving": N_("Received"),
    "sign_in": N_("Signed in"),
    "sign_in_refused": N_("Sign-in refused"),
    "sign_out": N_("Signed out"),
    "prove": N_("Second factor shown"),
    "end_session": N_("Device signed out"),
    "add_factor": N_("Second factor set up"),
    "remove_factor": N_("Second factor removed"),
    "remove_factors": N_("Second factors removed"),
    "new_recovery_codes": N_("New recovery codes"),
    "change_password": N_("Password changed"),
    "rename": N_("Name changed"),
    "set_roles": N_("Roles changed"),
    "disable": N_("Account disabled"),
    "enable": N_("Account enabled"),
    "leave": N_("Organisation closed its accounts"),
    "claim": N_("GS1 company prefix claimed"),
    "confirm": N_("GS1 company prefix confirmed"),
    "confirmed": N_("Claim of a prefix confirmed"),
    "refused": N_("Claim of a prefix refused"),
    "withdrawn": N_("Claim of a prefix withdrawn"),
    "invite": N_("Invited"),
    "invite_back": N_("Link for a new password"),
    "withdraw": N_("Withdrawn"),
    "make_key": N_("Key made"),
    "revoke_key": N_("Key revoked"),
    "join": N_("Joined"),
    "found": N_("Joined, as a new organisation"),
    "own": N_("Records given to an organisation"),
    "link": N_("Single sign-on linked"),
    "undo": N_("Undone"),
    "many_vials_opened": N_("Alarm: very many vials opened"),
    "set_clock_right": N_("Clock set right"),
}


def event_words(action: str, tr: NullTranslations) -> str:
    """An audit entry's action; one that has no words yet is shown as it is kept."""
    return tr.gettext(EVENTS[action]) if action in EVENTS else action.replace("_", " ")
