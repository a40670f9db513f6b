"""The blueprint of the pages for everyone."""

from flask import Blueprint

from service.web.core.i18n import set_language_headers

pages = Blueprint("pages", __name__)
pages.after_request(set_language_headers)
