"""Links of a product: where the codes on its packs lead besides our answer; and what they may lead to."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OWNERS, Role
from service.gs1.identifiers import Gtin
from service.gs1.iso.countries import countries
from service.gs1.iso.languages import LANGUAGES
from service.gs1.resolver.compression import compressed
from service.gs1.resolver.link_types import LINK_TYPES
from service.gs1.resolver.statements import MEDIA_TYPES
from service.registry.corrections import links as corrections
from service.registry.corrections import maker_settings
from service.registry.corrections.products import shown as shown_product
from service.registry.links.queries import managed_links
from service.storage.database import Database
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers
from service.web.core.question_form import own_origin
from service.web.core.services import services
from service.web.workspace.confirmation import ChangeForm, answered, shown

links = Blueprint("links", __name__)
links.after_request(set_language_headers)


@links.get("/products/<gtin>/links")
@only_for(Role.IMPORTER, Role.RELEASER, kinds=OWNERS, strong=True)
def page(gtin: str) -> BaseResponse:
    """List a product's links, with the form for another one."""
    return _page(gtin, {}, [])


@links.post("/products/<gtin>/links")
@only_for(Role.IMPORTER, Role.RELEASER, kinds=OWNERS, strong=True)
def add(gtin: str) -> BaseResponse:
    """Add a link."""
    known = Gtin.parse(gtin)
    shown_product(_database(), known, actor().who)
    return answered(
        ChangeForm(
            address=url_for("links.add", gtin=gtin),
            fields=corrections.FORM,
            read=lambda given: corrections.read_link(_database(), known, given, actor().who),
            done=url_for("links.page", gtin=gtin, made=1),
            back=url_for("links.page", gtin=gtin),
            page=lambda given, errors: _page(gtin, given, errors),
        )
    )


@links.get("/products/<gtin>/links/<int:number>/remove")
@only_for(Role.IMPORTER, Role.RELEASER, kinds=OWNERS, strong=True)
def removal(gtin: str, number: int) -> BaseResponse:
    """Show what removing a link does."""
    return shown(_removal(gtin, number))


@links.post("/products/<gtin>/links/<int:number>/remove")
@only_for(Role.IMPORTER, Role.RELEASER, kinds=OWNERS, strong=True)
def remove(gtin: str, number: int) -> BaseResponse:
    """Remove a link."""
    return answered(_removal(gtin, number))


@links.get("/link-settings")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def settings() -> BaseResponse:
    """Show the web servers that links may lead to, and how verification messages are answered."""
    return _settings_page(maker_settings.shown_settings(_database(), actor().who), [])


@links.post("/link-settings")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def change_settings() -> BaseResponse:
    """Change them."""
    return answered(
        ChangeForm(
            address=url_for("links.change_settings"),
            fields=maker_settings.FORM,
            read=lambda given: maker_settings.read_settings(given, actor().who),
            done=url_for("links.settings", made=1),
            back=url_for("links.settings"),
            page=_settings_page,
        )
    )


def _removal(gtin: str, number: int) -> ChangeForm:
    return ChangeForm(
        address=url_for("links.remove", gtin=gtin, number=number),
        fields=(),
        read=lambda _: corrections.LinkRemoval(Gtin.parse(gtin).value, number),
        done=url_for("links.page", gtin=gtin, made=1),
        back=url_for("links.page", gtin=gtin),
        danger=True,
    )


def _page(gtin: str, given: Mapping[str, str], errors: list[FieldError]) -> BaseResponse:
    known, who = Gtin.parse(gtin), actor()
    return _rendered(
        "workspace/links/product.html",
        given,
        errors,
        gtin=gtin,
        product=shown_product(_database(), known, who.who)["name"],
        links=managed_links(_database(), known.value, who.who),
        hosts=maker_settings.shown_settings(_database(), who.who)["link_hosts"].split(),
        admin=who.may(Role.ADMIN),
        link_types=LINK_TYPES,
        media_types=[(name, name) for name in MEDIA_TYPES],
        languages=sorted(LANGUAGES.items(), key=lambda pair: pair[1]),
        countries=sorted(countries().items(), key=lambda pair: pair[1]),
        address=f"{own_origin()}/01/{known.value}",
        short=f"{own_origin()}/{compressed((('01', known.value),))}",
    )


def _settings_page(given: Mapping[str, str], errors: list[FieldError]) -> BaseResponse:
    return _rendered("workspace/links/settings.html", given, errors)


def _rendered(
    template: str, given: Mapping[str, str], errors: list[FieldError], **more: object
) -> BaseResponse:
    page = render_template(
        template,
        given=given,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        made=bool(request.args.get("made")) and not errors,
        **more,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _database() -> Database:
    return services().database
