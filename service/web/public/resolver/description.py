"""The resolver description file (GS1-Conformant Resolver 1.2, section 6)."""

from flask import Response, jsonify, request

from service.gs1.resolver.link_types import NAMESPACE
from service.gs1.resolver.linkset import CONTEXT
from service.web.core.access import open_to_everyone
from service.web.core.question_form import own_origin
from service.web.public.blueprint import pages
from service.web.public.resolver.cross_origin import METHODS, preflight, readable_elsewhere, share


@pages.route("/.well-known/gs1resolver", methods=list(METHODS), provide_automatic_options=False)
@open_to_everyone
@readable_elsewhere
def resolver_description() -> Response:
    """Describe the resolver: its root, and the primary key and link types that it supports."""
    if request.method == "OPTIONS":
        return preflight()
    return share(
        jsonify(
            {
                "name": "Vialcheck",
                "resolverRoot": own_origin(),
                "supportedPrimaryKeys": ["01"],
                "supportedLinkType": [{"namespace": NAMESPACE, "prefix": "gs1:"}],
                "linkTypeDefaultCanBeLinkset": False,
                "supportedContextValuesExternal": [
                    {
                        "nameOfList": "ISO 3166-1 alpha-2",
                        "url": "https://www.iso.org/iso-3166-country-codes.html",
                    }
                ],
                "jsonLdContextLocation": CONTEXT,
            }
        )
    )
