"""What HTTP's own refusals mean, in a person's words."""

from gettext import NullTranslations

from service.web.text.formatting import N_

_MESSAGES = {
    400: N_("The request could not be read. If you wrote it by hand: is the JSON complete?"),
    404: N_("There is nothing at this address. Check it for a missing or an extra character."),
    405: N_("This address does not take requests of this kind."),
    406: N_("This address cannot answer in the form that was asked for."),
    408: N_("The request took too long to arrive. Nothing was checked. Please send it again."),
    413: N_("That is more than this service takes at once. Send only the code or the number."),
    414: N_("The address is too long."),
    415: N_("Send JSON, with the header Content-Type: application/json."),
    431: N_("A header of the request is too long. What it accepts can be said in a few words."),
    500: N_("Something went wrong here, and nothing was checked. Please try again."),
    503: N_("The service is busy. Nothing was checked. Please try again in a moment."),
}
_TITLES = {
    400: N_("We could not read that"),
    401: N_("This key opens nothing"),
    403: N_("You cannot do this"),
    404: N_("Nothing found here"),
    408: N_("That took too long to arrive"),
    413: N_("That is too much at once"),
    422: N_("We could not read that"),
    500: N_("Something went wrong"),
    429: N_("Too much in a short time"),
    503: N_("Please try again in a moment"),
}


def http_message(status: int, tr: NullTranslations) -> str:
    """The sentence for an HTTP status that is an error."""
    return tr.gettext(_MESSAGES.get(status, _MESSAGES[400]))


def http_title(status: int, tr: NullTranslations) -> str:
    """A heading for the page that says so."""
    return tr.gettext(_TITLES.get(status, _TITLES[400]))
