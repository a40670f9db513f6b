"""What is compiled once in a run for all its applications: templates, the rules of addresses, SQL.

Each test has an application and a database of its own, and compiling took most of their time. All of it depends on
nothing but the code: a rule on its text, a template on its file, SQL on the statement and the kind of database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine
from werkzeug.routing import Rule

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
        patch.setattr(engines, "create_engine", sharing_statements())
        yield
