"""Corrections of products, lots and units; withdrawals of extensions and of changes of units; merging."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OWNERS, OrganisationKind, Role
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.gs1.identifiers import Gtin, Lot
from service.registry.corrections import batches, products
from service.registry.corrections.changes import RecordChange
from service.registry.corrections.extensions import ExtensionWithdrawal
from service.registry.corrections.imports.withdrawal import ImportWithdrawal
from service.registry.corrections.manufacturers import ManufacturerMerge, manufacturers
from service.registry.corrections.units.selection import read_selection
from service.registry.corrections.units.unit_changes import STEPS, UnitCorrection, UnitsWithdrawal
from service.storage.database import Database
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers
from service.web.core.services import services
from service.web.text.workspace.change_text import STEPS as STEP_WORDS
from service.web.workspace.confirmation import ChangeForm, Given, answered, shown

correct = Blueprint("correct", __name__)
correct.after_request(set_language_headers)

_IMPORTERS = OWNERS | {OrganisationKind.REGULATOR}
_STEPS = tuple(each.name.lower() for each in STEPS)
_OF_UNITS = ("which", "serials", "serial_from", "serial_to", "lot", "what", "to_lot")


@correct.get("/products/<gtin>/correct")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def product(gtin: str) -> BaseResponse:
    """Show a product's values to correct."""
    return _product_page(gtin, products.shown(_database(), _known(gtin), actor().who), [])


@correct.post("/products/<gtin>/correct")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def correct_product(gtin: str) -> BaseResponse:
    """Correct a product."""
    known = _known(gtin)
    on_record = products.shown(_database(), known, actor().who)
    return answered(
        ChangeForm(
            address=url_for("correct.correct_product", gtin=gtin),
            fields=products.FORM,
            read=lambda given: products.read_product(_database(), known, given, actor().who),
            done=url_for("overview.product", gtin=gtin, made=1),
            back=url_for("overview.product", gtin=gtin),
            page=lambda given, errors: _product_page(gtin, on_record | given, errors),
        )
    )


@correct.get("/products/<gtin>/correct-lot/<path:lot>")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def batch(gtin: str, lot: str) -> BaseResponse:
    """Show a lot's values to correct."""
    given = batches.shown(_database(), _known(gtin), Lot.parse(lot), actor().who)
    return _batch_page(gtin, lot, given, [])


@correct.post("/products/<gtin>/correct-lot/<path:lot>")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def correct_batch(gtin: str, lot: str) -> BaseResponse:
    """Correct a lot."""
    known, own = _known(gtin), Lot.parse(lot)
    on_record = batches.shown(_database(), known, own, actor().who)
    renamed = request.form.get("lot", "").strip() or lot
    return answered(
        ChangeForm(
            address=url_for("correct.correct_batch", gtin=gtin, lot=lot),
            fields=batches.FORM,
            read=lambda given: batches.read_batch(_database(), known, own, given, actor().who),
            done=url_for("overview.batch", gtin=gtin, lot=renamed, made=1),
            back=url_for("overview.batch", gtin=gtin, lot=lot),
            page=lambda given, errors: _batch_page(gtin, lot, on_record | given, errors),
        )
    )


@correct.get("/products/<gtin>/change-units")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def units(gtin: str) -> BaseResponse:
    """Show the form that says which units are meant and what is done to them; filled from the query."""
    given = {name: request.args.get(name, "").strip() for name in _OF_UNITS}
    return _units_page(gtin, given, [])


@correct.post("/products/<gtin>/change-units")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def change_units(gtin: str) -> BaseResponse:
    """Write down a step of units, or give them to another lot."""
    known = _known(gtin)
    products.shown(_database(), known, actor().who)

    def read(given: Mapping[str, str]) -> RecordChange:
        what = given.get("what", "")
        if what not in (*_STEPS, "move"):
            raise RefusedError(ErrorCode.CHOICE_MISSING, field="what")
        selection = read_selection(given)
        if what != "move":
            return UnitCorrection(known.value, selection, what)
        if not given.get("to_lot"):
            raise RefusedError(ErrorCode.VALUE_MISSING, field="to_lot")
        return UnitCorrection(known.value, selection, "", Lot.parse(given["to_lot"]).printed)

    return answered(
        ChangeForm(
            address=url_for("correct.change_units", gtin=gtin),
            fields=_OF_UNITS,
            read=read,
            done=url_for("overview.product", gtin=gtin, made=1),
            back=url_for("overview.product", gtin=gtin),
            page=lambda given, errors: _units_page(gtin, given, errors),
        )
    )


@correct.get("/unit-changes/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def units_back(number: int) -> BaseResponse:
    """Show what undoing a change of units does."""
    return shown(_units_back(number))


@correct.post("/unit-changes/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def withdraw_units(number: int) -> BaseResponse:
    """Undo a change of units."""
    return answered(_units_back(number))


@correct.get("/extensions/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def extension_back(number: int) -> BaseResponse:
    """Show what withdrawing an extension does."""
    return shown(_extension_back(number))


@correct.post("/extensions/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def withdraw_extension(number: int) -> BaseResponse:
    """Withdraw an extension."""
    return answered(_extension_back(number))


@correct.get("/imports/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=_IMPORTERS, strong=True)
def import_back(number: int) -> BaseResponse:
    """Show what withdrawing an import takes off the record, and what stays."""
    return shown(_import_back(number))


@correct.post("/imports/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=_IMPORTERS, strong=True)
def withdraw_import(number: int) -> BaseResponse:
    """Withdraw an import."""
    return answered(_import_back(number))


@correct.get("/manufacturers/merge")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def makers() -> BaseResponse:
    """Show the form that merges two manufacturers of the organisation."""
    return _merge_page({"wrong": "", "right": ""}, [])


@correct.post("/manufacturers/merge")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def merge() -> BaseResponse:
    """Merge two manufacturers."""
    return answered(
        ChangeForm(
            address=url_for("correct.merge"),
            fields=("wrong", "right"),
            read=lambda given: ManufacturerMerge(given.get("wrong", ""), given.get("right", "")),
            done=url_for("overview.page"),
            back=url_for("overview.page"),
            page=_merge_page,
            danger=True,
        )
    )


def _units_back(number: int) -> ChangeForm:
    return ChangeForm(
        address=url_for("correct.withdraw_units", number=number),
        fields=(),
        read=lambda _: UnitsWithdrawal(number),
        done=url_for("release.page", made=1),
        back=url_for("overview.page"),
    )


def _extension_back(number: int) -> ChangeForm:
    return ChangeForm(
        address=url_for("correct.withdraw_extension", number=number),
        fields=(),
        read=lambda _: ExtensionWithdrawal(number),
        done=url_for("release.page", made=1),
        back=url_for("release.page"),
    )


def _import_back(number: int) -> ChangeForm:
    import_id = services().import_jobs.one(actor(), number).import_id
    if import_id is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="import")
    return ChangeForm(
        address=url_for("correct.withdraw_import", number=number),
        fields=(),
        read=lambda _: ImportWithdrawal(import_id),
        done=url_for("imports.one", number=number),
        back=url_for("imports.one", number=number),
        danger=True,
    )


def _known(gtin: str) -> Gtin:
    return Gtin.parse(gtin)


def _database() -> Database:
    return services().database


def _product_page(gtin: str, given: Mapping[str, str], errors: list[FieldError]) -> BaseResponse:
    return _page("product", gtin, given, errors)


def _batch_page(gtin: str, lot: str, given: Mapping[str, str], errors: list[FieldError]) -> BaseResponse:
    return _page("batch", gtin, given, errors, lot=lot)


def _units_page(gtin: str, given: Given, errors: list[FieldError]) -> BaseResponse:
    steps = [(each, *STEP_WORDS[each]) for each in _STEPS]
    name = products.shown(_database(), _known(gtin), actor().who)["name"]
    return _page("units", gtin, given, errors, steps=steps, product=name)


def _merge_page(given: Given, errors: list[FieldError]) -> BaseResponse:
    return _page("merge", "", given, errors, makers=manufacturers(_database(), actor().who))


def _page(
    name: str, gtin: str, given: Mapping[str, str], errors: list[FieldError], **more: object
) -> BaseResponse:
    page = render_template(
        f"workspace/changes/{name}.html",
        gtin=gtin,
        given=given,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        **more,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)
