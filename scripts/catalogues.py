"""The catalogues of sentences: `make translations` extracts, updates and reports.

    python -m scripts.catalogues extract          write messages.pot from the code and the templates
    python -m scripts.catalogues update           take every catalogue over to messages.pot
    python -m scripts.catalogues report           say what is wrong in each catalogue
    python -m scripts.catalogues missing LANG     print what LANG lacks, as JSON for a translator
    python -m scripts.catalogues merge LANG FILE  put a translator's JSON into LANG's catalogue

The JSON is a list of `{"id": English, "plural": English of many, "at": files, "note": remark, "to": ""}`; a
translator fills `to`, for a plural with a list of as many forms as the language has.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "service" / "web" / "translations"
TEMPLATE = FOLDER / "messages.pot"
FORBIDDEN = FOLDER / "forbidden_words.toml"
KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}
NOTE = "Translators:"
"""What a comment in the code or a template begins with that is meant for translators."""

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|<[^>]+>|%%")
_NUMBERS = frozenset({"%(num)d", "%(num)s", "{count}", "%(count)s"})
_WIDTH = 110


def extracted() -> Catalog:
    """Return every sentence that patients and clinics read, with the files that it stands in."""
    rows = tomllib.loads((FOLDER / "babel.toml").read_text())["mappings"]
    methods = [
        (pattern, row["method"])
        for row in rows
        for pattern in ([row["pattern"]] if isinstance(row["pattern"], str) else row["pattern"])
    ]
    catalogue = Catalog(project="Vialcheck", charset="utf-8")
    for folder in ("service", "templates"):
        inside = [(pattern.split("/", 1)[1], how) for pattern, how in methods if pattern.startswith(folder)]
        found = extract_from_dir(ROOT / folder, inside, {}, KEYWORDS, [NOTE])
        for name, _, message, notes, _ in sorted(found, key=lambda each: (each[0], each[1])):
            remarks = [note.removeprefix(NOTE).strip() for note in notes]
            catalogue.add(message, None, [(f"{folder}/{name}", None)], auto_comments=remarks)  # type: ignore[list-item]  # a file alone
    return catalogue


def languages() -> list[str]:
    """Return the languages that have a catalogue."""
    return sorted(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def path_of(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def catalogue_of(language: str) -> Catalog:
    """Return the catalogue of a language."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def write(catalogue: Catalog, path: Path, *, header: bool) -> None:
    """Write a catalogue: files without line numbers, in the order of the files, nothing that is obsolete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file, catalogue, width=_WIDTH, ignore_obsolete=True, omit_header=not header, include_lineno=False
        )


def faults(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """Yield what is wrong in a catalogue: missing, stale, fuzzy; placeholders, plurals, promises.

    A forbidden word is right where the English sentence has its like: it is held to deny it there.
    """
    forbidden = forbidden_words(str(catalogue.locale))
    for message in template:
        said = catalogue.get(message.id) if message.id else None
        if message.id and (said is None or not _forms(said)):
            yield f"missing: {_english(message)}"
    for message in catalogue:
        if not message.id:
            continue
        if message.id not in template:
            yield f"stale: {_english(message)}"
        if message.fuzzy:
            yield f"fuzzy: {_english(message)}"
        yield from _faults_of(message, catalogue, forbidden)


def _faults_of(message: Message, catalogue: Catalog, forbidden: re.Pattern[str] | None) -> Iterator[str]:
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = [sorted(_PLACEHOLDER.findall(each)) for each in english]
    in_english = forbidden_words("en")
    denied = in_english is not None and any(map(in_english.search, map(str.casefold, english)))
    forms = _forms(message)
    if message.pluralizable and forms and len(forms) != catalogue.num_plurals:
        yield f"{len(forms)} plural forms, not {catalogue.num_plurals}: {_english(message)}"
    if message.pluralizable:  # the form for one or two may leave the number out
        wanted += [[each for each in names if each not in _NUMBERS] for names in wanted]
    for form in forms:
        if sorted(_PLACEHOLDER.findall(form)) not in wanted:
            yield f"placeholders differ: {_english(message)} -> {form}"
        if forbidden and forbidden.search(form.casefold()) and not denied:
            yield f"promises: {_english(message)} -> {form}"


def forbidden_words(language: str) -> re.Pattern[str] | None:
    """Return the words and stems that a sentence must not say of a vial; None where none are listed."""
    stems = tomllib.loads(FORBIDDEN.read_text()).get(language, [])
    if not stems:
        return None
    # Scripts without spaces, and words that begin with an article, have no word to begin at.
    begin = "" if language in {"zh", "ko", "hi", "ar"} else r"\b"
    return re.compile("|".join(begin + re.escape(stem.casefold()) for stem in stems))


def _forms(message: Message) -> list[str]:
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return [each for each in forms if each]


def _english(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def missing(language: str) -> list[dict[str, Any]]:
    """Return what a catalogue lacks, for a translator."""
    kept, found = catalogue_of(language), []
    for message in extracted():
        said = kept.get(message.id) if message.id else None
        if not message.id or (said is not None and _forms(said) and not said.fuzzy):
            continue
        plural = {} if isinstance(message.id, str) else {"plural": message.id[1]}
        at = [str(name) for name, _ in message.locations]
        note = {"note": " ".join(message.auto_comments)} if message.auto_comments else {}
        found.append({"id": _english(message), **plural, "at": at, **note, "to": ""})
    return found


def merge(language: str, path: Path) -> int:
    """Put a translator's JSON into the catalogue of a language; return how many sentences were taken."""
    catalogue, taken = catalogue_of(language), 0
    catalogue.update(extracted(), no_fuzzy_matching=True)
    for each in json.loads(path.read_text()):
        message = catalogue.get(each["id"])
        if message is None or not each["to"]:
            continue
        message.string = tuple(each["to"]) if isinstance(each["to"], list) else each["to"]
        message.flags.discard("fuzzy")
        taken += 1
    write(catalogue, path_of(language), header=True)
    return taken


def _report(template: Catalog) -> int:
    wrong = 0
    for language in languages():
        found = list(faults(catalogue_of(language), template))
        wrong += len(found)
        print(f"{language}: {len(found)} faults")
        for fault in found[:20]:
            print(f"  {fault}")
        if len(found) > 20:
            print(f"  and {len(found) - 20} more")
    return wrong


def main(words: Sequence[str]) -> int:
    """Carry out one command; the exit code is 1 where `report` found faults."""
    match list(words):
        case ["extract"]:
            write(extracted(), TEMPLATE, header=False)
        case ["update"]:
            template = extracted()
            for language in languages():
                catalogue = catalogue_of(language)
                catalogue.update(template, no_fuzzy_matching=True)
                write(catalogue, path_of(language), header=True)
        case ["report"]:
            return 1 if _report(extracted()) else 0
        case ["missing", language]:
            print(json.dumps(missing(language), ensure_ascii=False, indent=1))
        case ["merge", language, path]:
            print(f"{merge(language, Path(path))} sentences taken")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
