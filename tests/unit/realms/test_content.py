"""content.search_documents: passages from the texts that were pasted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.realms.content import documents_in, find_passages, search_documents, search_terms
from experience_plane.realms.result import MaterialMissing

_LEASE = "The lease\n\nTermination needs three months notice.\n\nFees for late payment are 2 percent.\n\nNo pets."
_MANUAL = "The manual\n\nClean the filter monthly.\n\nA filter costs a fee of 5 euros."


def test_the_best_paragraph_comes_first() -> None:
    """With its document, its number and its words marked."""
    result = search_documents("Find the paragraph about termination", [_LEASE, _MANUAL])
    assert "*The lease*, paragraph 2:\n> **Termination** needs" in result.text
    assert result.summary == "Found 1 matching passage in 2 texts."


def test_words_match_in_their_other_forms() -> None:
    """Fee meets fees, and rarer words weigh more."""
    passages = find_passages(search_terms("late fee"), documents_in([_LEASE, _MANUAL]))
    assert [passage.document for passage in passages] == ["The lease", "The manual"]


def test_a_quoted_phrase_is_what_is_looked_for() -> None:
    """The words around it are only the asking."""
    assert search_terms("Search everything urgent for 'late payment'") == search_terms("late payment")


def test_without_a_word_to_look_for_the_texts_are_listed() -> None:
    """Which documents have I uploaded?"""
    result = search_documents("Which documents have I uploaded?", [_LEASE, _MANUAL])
    assert "1. The lease (" in result.text
    assert "2. The manual (" in result.text


def test_a_search_that_finds_nothing_says_so() -> None:
    """And is no failure."""
    assert search_documents("warranty", [_LEASE]).summary == "No passage matches in 1 text."


def test_talk_is_not_searched() -> None:
    """Only pasted texts are documents; without one it says what to paste."""
    with pytest.raises(MaterialMissing, match="paste the document"):
        search_documents("fees", ["hello", "find the fees"])


@given(st.text(max_size=60), st.lists(st.text(max_size=400), max_size=3))
def test_any_search_answers_or_asks_for_material(query: str, texts: list[str]) -> None:
    """Whatever is pasted."""
    try:
        assert search_documents(query, texts).summary
    except MaterialMissing:
        assert not documents_in(texts)
