"""What is compiled once in a run for all its applications: templates, the rules of addresses, SQL.

Each test has an application and a database of its own, and compiling took most of their time. All of it depends on
nothing but the code: a rule on its text, a template on its file, SQL on the statement and the kind of database.
"""

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any, ClassVar

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine
from werkzeug.routing import Map, Rule, RuleFactory

from service.storage.database import engines

RULE_STATE = ("_parts", "_trace", "_converters", "_build", "_build_unknown")


class CompiledTemplates(BytecodeCache):
    """Compiled templates of this process, by their names and contents, for every application that it makes."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def sharing_rules() -> Callable[[Rule], None]:
    """`Rule.compile` that compiles a rule of one text and defaults once."""
    made: dict[tuple[object, ...], Rule] = {}
    compile_rule = Rule.compile

    def compiled(rule: Rule) -> None:
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults))
        known = made.get(key)
        if known is None:
            compile_rule(rule)
            made[key] = rule
            return
        for name in RULE_STATE[:3]:
            setattr(rule, name, getattr(known, name))
        for name in RULE_STATE[3:]:  # bound to its rule
            setattr(rule, name, getattr(known, name).__func__.__get__(rule, None))
        rule.arguments |= known.arguments

    return compiled


class SharedMap(Map):
    """Rules of addresses that are put in order when one is first looked for, as another map with the same ones did.

    From then on none may be added: maps that share their rules would all have it.
    """

    known: ClassVar[dict[tuple[object, ...], Map]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        self._given: list[RuleFactory] = []
        self._in_order = False
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        if self._in_order:
            raise RuntimeError("an application that answers gets no further rules: tests share them")
        self._given.append(rulefactory)

    def update(self) -> None:
        with self._remap_lock:
            if not self._in_order:
                self._put_in_order()
                self._in_order = True

    def _put_in_order(self) -> None:
        rules = [rule for factory in self._given for rule in factory.get_rules(self)]
        own = (self.host_matching, self.default_subdomain, self.strict_slashes, self.merge_slashes)
        other = (self.redirect_defaults, self.sort_parameters, self.sort_key, *self.converters.items())
        key = (own, other, tuple(_told_apart_by(rule) for rule in rules))
        if key not in self.known:
            self.known[key] = Map(
                rules,
                self.default_subdomain,
                self.strict_slashes,
                self.merge_slashes,
                self.redirect_defaults,
                self.converters,
                self.sort_parameters,
                self.sort_key,
                self.host_matching,
            )
            self.known[key].update()
        self._matcher, self._rules_by_endpoint = self.known[key]._matcher, self.known[key]._rules_by_endpoint


MADE_OF = operator.attrgetter(
    "rule",
    "endpoint",
    "subdomain",
    "host",
    "build_only",
    "strict_slashes",
    "merge_slashes",
    "redirect_to",
    "alias",
    "websocket",
    "provide_automatic_options",  # Flask's
)


def _told_apart_by(rule: Rule) -> tuple[object, ...]:
    """All that a rule is made of."""
    return (MADE_OF(rule), frozenset(rule.methods or ()), repr(rule.defaults) if rule.defaults else "")


def sharing_statements() -> Callable[..., Engine]:
    """`create_engine` whose engines of one kind share what they compiled, once one of them has met its database."""
    known: dict[str, Engine] = {}

    def created(*args: Any, **options: Any) -> Engine:
        engine = create_engine(*args, **options)
        first = known.get(engine.name)
        if first is None or first.dialect.server_version_info is None:
            known[engine.name] = engine
        else:
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine

    return created


@contextmanager
def compiled_once() -> Iterator[None]:
    """Until the end of the block nothing is compiled twice in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()})
        patch.setattr(Rule, "compile", sharing_rules())
        patch.setattr(Flask, "url_map_class", SharedMap)
        patch.setattr(engines, "create_engine", sharing_statements())
        yield
