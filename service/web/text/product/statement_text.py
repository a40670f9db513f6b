"""Titles of the topics of statements, and results of release tests in sentences."""

from collections.abc import Iterable, Mapping
from gettext import NullTranslations

from service.registry.statements.topics import StatementState, StatementTopic
from service.web.text.formatting import N_, visible

TOPICS: Mapping[StatementTopic, str] = {
    StatementTopic.MECHANISM: N_("How it works"),
    StatementTopic.COURSE: N_("When it starts, and how long it lasts"),
    StatementTopic.AFTERCARE: N_("The first hours after it"),
    StatementTopic.INTERVAL: N_("How often, how much, and why"),
    StatementTopic.WHO: N_("Who should give it"),
    StatementTopic.USES: N_("What else it is used for"),
    StatementTopic.WARNING_SIGNS: N_("Warning signs"),
    StatementTopic.TESTS: N_("How each lot is tested"),
    StatementTopic.GMP: N_("The rules of the factory, and how to look them up"),
}

STATES: Mapping[StatementState, str] = {
    StatementState.WAITING: N_("Waits for a second person"),
    StatementState.RELEASED: N_("Shown to patients"),
    StatementState.REFUSED: N_("Refused"),
    StatementState.WITHDRAWN: N_("Withdrawn"),
    StatementState.REPLACED: N_("Replaced by a newer one"),
}


def result_sentences(results: Iterable[tuple[str, str, str]], tr: NullTranslations) -> list[str]:
    """Release tests (test, method, result) in a sentence each, without a judgement of ours."""
    sentences = []
    for test, method, result in results:
        sentence = (
            tr.gettext("{test}: the maker wrote down “{result}”. The way of testing: {method}.")
            if method
            else tr.gettext("{test}: the maker wrote down “{result}”.")
        )
        sentences.append(sentence.format(test=visible(test), result=visible(result), method=visible(method)))
    return sentences
