"""Markdown to entities, splitting of long texts, and formatting that no platform supports."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.messages.rich_text import as_plain, clean, from_agent, from_markdown, units
from handoff.messages.text_parts import split
from handoff.messages.values import Entity, EntityKind, RichText

BOLD, ITALIC, CODE, LINK = EntityKind.BOLD, EntityKind.ITALIC, EntityKind.CODE, EntityKind.LINK


def stretches(rich: RichText) -> list[tuple[EntityKind, str, str]]:
    """What each entity covers, counted as the platforms count."""
    wide = rich.text.encode("utf-16-le")
    assert all(entity.offset + entity.length <= units(rich.text) for entity in rich.entities)
    return [(e.kind, wide[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le"), e.url) for e in rich.entities]


# --- Markdown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain words", "plain words", []),
        ("**bold** and *italic*", "bold and italic", [(BOLD, "bold", ""), (ITALIC, "italic", "")]),
        ("__bold__ and _italic_", "bold and italic", [(BOLD, "bold", ""), (ITALIC, "italic", "")]),
        ("**a *b* c**", "a b c", [(BOLD, "a b c", ""), (ITALIC, "b", "")]),
        ("🙂 **жирно 🙂** конец", "🙂 жирно 🙂 конец", [(BOLD, "жирно 🙂", "")]),
        ("press `Settings`", "press Settings", [(CODE, "Settings", "")]),
        ("```\nline 1\nline 2\n```", "line 1\nline 2", [(CODE, "line 1\nline 2", "")]),
        ("[here](https://example.org/a?b=1)", "here", [(LINK, "here", "https://example.org/a?b=1")]),
        ("<https://example.org>", "https://example.org", [(LINK, "https://example.org", "https://example.org")]),
        (
            "see [this **page**](https://e.org)",
            "see this page",
            [(LINK, "this page", "https://e.org"), (BOLD, "page", "")],
        ),
        ("[evil](javascript:alert(1))", "[evil](javascript:alert(1))", []),
        ("one\ntwo", "one\ntwo", []),
        ("one\n\n\n\ntwo", "one\n\ntwo", []),
        ("# Title\ntext", "Title\n\ntext", []),
        ("- one\n- two", "• one\n• two", []),
        ("before\n\n- one\n- two\n\nafter", "before\n\n• one\n• two\n\nafter", []),
        ("1. one\n2. two", "1. one\n2. two", []),
        ("3. three\n4. four", "3. three\n4. four", []),
        ("- one\n\n  more\n- two", "• one\nmore\n• two", []),
        ("- ```\n  code\n  ```\n- two", "• code\n• two", [(CODE, "code", "")]),
        ("0. zero\n1. one", "0. zero\n1. one", []),
        ("- one\n\n1. first", "• one\n\n1. first", []),
        ("- one\n  - inner\n- two", "• one\n• inner\n• two", []),
        ("<b>no</b> &amp; <script>", "<b>no</b> &amp; <script>", []),
        ("![picture](https://e.org/p.png)", "picture", [(LINK, "picture", "https://e.org/p.png")]),
        ("2 * 3 * 4 _ 5", "2 * 3 * 4 _ 5", []),
        ("snake_case_name", "snake_case_name", []),
        (r"\*not italic\*", "*not italic*", []),
        ("{name} {{7*7}} %s", "{name} {{7*7}} %s", []),
        ("", "", []),
        ("   \n\n", "", []),
        ("words [link ](https://e.org)", "words link", [(LINK, "link", "https://e.org")]),
        ("```\ncode  \n```", "code", [(CODE, "code", "")]),
    ],
)
def test_markdown(source: str, text: str, entities: list[tuple[EntityKind, str, str]]) -> None:
    rich = from_markdown(source)
    assert rich.text == text
    assert stretches(rich) == entities


@pytest.mark.parametrize("read", [from_markdown, from_agent])
@given(source=st.text(alphabet=st.sampled_from("ab *_`[]()<>#-1.\n🙂\u00a0\t!:/&\\|"), max_size=60))
def test_whatever_is_written_gives_entities_that_fit(source: str, read: Callable[[str], RichText]) -> None:
    rich = read(source)
    for entity in rich.entities:
        assert entity.length > 0
        assert entity.offset >= 0
        assert entity.offset + entity.length <= units(rich.text)
    stretches(rich)  # decodes, so no pair is cut
    assert rich.text == rich.text.rstrip()


@pytest.mark.parametrize("read", [from_markdown, from_agent])
def test_a_table_becomes_lines(read: Callable[[str], RichText]) -> None:
    rich = read(
        "Prices:\n\n| what | **how much** |\n|---|---:|\n| month | 99 ₽ |\n| [year](https://e.org) | |\n\nThat is all."
    )
    assert rich.text == "Prices:\n\nwhat — how much\nmonth — 99 ₽\nyear\n\nThat is all."
    assert (LINK, "year", "https://e.org") in stretches(rich)
    assert (BOLD, "what", "") in stretches(rich)


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        (
            "**bold**, *italic*, _too_",
            "bold, italic, too",
            [(BOLD, "bold", ""), (ITALIC, "italic", ""), (ITALIC, "too", "")],
        ),
        ("[here](https://e.org/a_b_c)", "here", [(LINK, "here", "https://e.org/a_b_c")]),
        ("press `a_b`", "press a_b", [(CODE, "a_b", "")]),
        ("- one\n- two", "• one\n• two", []),
        ("* one\n* two", "• one\n• two", []),
        ("Шаги:\n1. раз\n2. два", "Шаги:\n\n1. раз\n2. два", []),
    ],
)
def test_what_agents_write_is_formatted(source: str, text: str, entities: list[tuple[EntityKind, str, str]]) -> None:
    rich = from_agent(source)
    assert rich.text == text
    assert stretches(rich) == entities


@pytest.mark.parametrize(
    "text",
    [
        "snake_case and file_name_x", "2*3*4 = 24", "2 * 3 * 4", "__init__.py and _x", "*.txt and *.doc", "5* and 4*",
        "https://e.org/_a_/*b*?c=__d__", "# 5 in the queue", "> quoted", "above\n---\nbelow", "above\n===", "***",
        "* without tax", "1) one\n2) two", "5. five\n7. seven", "C:\\Users\\new_folder", "\\\\server\\share",
        "[1]: see below", "[a] (b)", "<b>no</b> &amp; <script>", "a | b", "¯\\(ツ)/¯", "76. évforduló", "{x} %s", "!",
        "~~no~~",
    ],
)  # fmt: skip
def test_what_only_looks_like_formatting_stays_as_it_was_typed(text: str) -> None:
    assert from_agent(text) == RichText(text)


def test_a_backslash_takes_the_meaning_away() -> None:
    assert from_agent(r"\*not italic\* \*\*nor this\*\* \[nor](that) \`x\` \n") == RichText(
        r"*not italic* **nor this** [nor](that) `x` \n"
    )


# --- parts ------------------------------------------------------------------------------------------------------------


@st.composite
def rich_texts(draw: st.DrawFn) -> RichText:
    alphabet = st.sampled_from("abc .!\n🙂😀я\u00a0")
    text = draw(st.text(alphabet, max_size=120))
    starts = [units(text[:place]) for place in range(len(text) + 1)]
    entities = []
    for _ in range(draw(st.integers(0, 4))):
        begin, end = sorted((draw(st.sampled_from(starts)), draw(st.sampled_from(starts))))
        if end > begin:
            kind = draw(st.sampled_from(EntityKind))
            entities.append(Entity(kind, begin, end - begin, "https://e.org" if kind is LINK else ""))
    return RichText(text, tuple(entities))


def covered(rich: RichText) -> list[tuple[str, frozenset[tuple[EntityKind, str]]]]:
    """Each visible character and the formatting upon it."""
    result, at = [], 0
    for character in rich.text:
        upon = frozenset((e.kind, e.url) for e in rich.entities if e.offset <= at < e.offset + e.length)
        at += units(character)
        if not character.isspace():
            result.append((character, upon))
    return result


@given(rich_texts(), st.integers(2, 40))
def test_parts_fit_and_lose_nothing_but_white_space(rich: RichText, limit: int) -> None:
    parts = split(rich, limit)
    for part in parts:
        assert units(part.text) <= limit
        assert part.text.strip() or not rich.text.strip()
        for entity in part.entities:
            assert entity.length > 0
            assert entity.offset >= 0
            assert entity.offset + entity.length <= units(part.text)
        part.text.encode("utf-16-le")  # strict: half a pair could not be encoded
    assert [character for part in parts for character in covered(part)] == covered(rich)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, [""]),
        ("short", 10, ["short"]),
        ("exactly10!", 10, ["exactly10!"]),
        ("first one\n\nsecond", 12, ["first one", "second"]),
        ("One. Two is. Three", 14, ["One. Two is.", "Three"]),
        ("one two three four", 9, ["one two", "three", "four"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),
        ("🙂🙂🙂", 4, ["🙂🙂", "🙂"]),
        ("🙂🙂🙂", 5, ["🙂🙂", "🙂"]),
        ("a 🙂🙂🙂🙂", 4, ["a 🙂", "🙂🙂", "🙂"]),
    ],
)
def test_where_a_text_is_cut(text: str, limit: int, parts: list[str]) -> None:
    assert [part.text for part in split(RichText(text), limit)] == parts


def test_formatting_goes_on_in_the_next_part() -> None:
    rich = RichText("one two three", (Entity(BOLD, 4, 9),))
    assert split(rich, 8) == [
        RichText("one two", (Entity(BOLD, 4, 3),)),
        RichText("three", (Entity(BOLD, 0, 5),)),
    ]


def test_a_long_text_of_sixty_four_kilobytes_is_whole() -> None:
    words = [f"слово{number}" for number in range(6000)]
    parts = split(RichText(" ".join(words)))
    assert " ".join(part.text for part in parts).split() == words
    assert max(units(part.text) for part in parts) <= 4000


# --- what cannot be carried -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x07c\x1b[0m", "abc[0m"),
        ("tab\tand\nline\r\n", "tab\tand\nline\n"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("a pair in halves \ud83d\ude42", "a pair in halves 🙂"),
        ("\u202eright to left\u202c", "\u202eright to left\u202c"),
        ("я" * 70_000, "я" * 70_000),
    ],
)
def test_clean(text: str, kept: str) -> None:
    assert clean(text) == kept


@given(st.text(st.characters(), max_size=50))
def test_clean_leaves_what_every_database_and_platform_takes(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", cleaned)
    assert clean(cleaned) == cleaned


def test_links_without_formatting_show_their_address() -> None:
    rich = from_markdown("🙂 see [the rules](https://e.org/r) or <https://e.org>")
    assert as_plain(rich) == "🙂 see the rules (https://e.org/r) or https://e.org"


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("One. Two\nthree. Four", 15, ["One. Two", "three. Four"]),  # a line's end before a sentence's
        ("Родился в 1976 г. Москве сказали", 19, ["Родился в 1976", "г. Москве сказали"]),
        ("Живёт на ул. Ленина, д. 5 кв. 7", 24, ["Живёт на ул. Ленина,", "д. 5 кв. 7"]),
        ("Это т.е. так и т.д. и ещё", 20, ["Это т.е. так и", "т.д. и ещё"]),
        ("Ask Dr. House, e.g. now or later", 20, ["Ask Dr. House,", "e.g. now or later"]),
        ("Ez lesz a 76. évforduló", 14, ["Ez lesz a", "76. évforduló"]),
        ("Alma, körte stb. meg szilva", 18, ["Alma, körte", "stb. meg szilva"]),
        ("Ответ готов. Спасибо вам", 15, ["Ответ готов.", "Спасибо вам"]),
        ("«Готово.» Спасибо вам", 12, ["«Готово.»", "Спасибо вам"]),
        ("abc 👨\u200d👩\u200d👧 def", 9, ["abc", "👨\u200d👩\u200d👧", "def"]),
        ("abcé\u0301fgh", 4, ["abc", "é\u0301fg", "h"]),
    ],
)
def test_where_a_long_text_is_cut(text: str, limit: int, parts: list[str]) -> None:
    assert [part.text for part in split(RichText(text), limit)] == parts


def test_a_link_is_never_parted() -> None:
    words = "before the link with many words in it, and after"
    start, stop = words.index("the link"), words.index(", and")
    parts = split(RichText(words, (Entity(LINK, start, stop - start, "https://e.org"),)), 33)
    assert [part.text for part in parts] == ["before", words[start : stop + 1], "and after"]
    assert [len(part.entities) for part in parts] == [0, 1, 0]


@pytest.mark.parametrize(
    ("source", "text", "bold"),
    [
        ("**Note:**read on", "Note:read on", ["Note:"]),
        ("**Важно!**Смотри", "Важно!Смотри", ["Важно!"]),
        ("**a**b and **c**", "ab and c", ["a", "c"]),
        ("2**3**4", "2**3**4", []),
        ("**Note: **read", "**Note: **read", []),
    ],
)
def test_bold_may_end_within_a_word_where_it_began_at_its_edge(source: str, text: str, bold: list[str]) -> None:
    rich = from_agent(source)
    assert rich.text == text
    assert [rich.text[one.offset : one.offset + one.length] for one in rich.entities] == bold


@pytest.mark.parametrize(
    ("source", "text", "links"),
    [
        ("[](https://x.org)", "https://x.org", ["https://x.org"]),
        ("see [here]()", "see here", []),
        ("see [here](/help)", "see here (/help)", []),
        ("see [help](help)", "see help", []),
        ("[me](mailto:a@b.hu)", "me", ["mailto:a@b.hu"]),
    ],
)
def test_a_link_that_no_platform_takes_is_written_out(source: str, text: str, links: list[str]) -> None:
    for rich in (from_agent(source), from_markdown(source)):
        assert rich.text == text
        assert [one.url for one in rich.entities] == links


def test_a_web_address_is_never_cut_in_two() -> None:
    address = "https://example.org/" + "a" * 60
    for before in ("See ", "words " * 5, "x" * 50 + "\n"):
        parts = [part.text for part in split(RichText(f"{before}{address} end"), 90)]
        assert any(address in part for part in parts), parts
        assert "".join(parts).replace(" ", "") == f"{before}{address}end".replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Стоит примерно ровно столько: 5 000 000 рублей", "5 000 000"),
        ("Заказ с большим длинным номером № 76 готов", "№ 76"),
    ],
)
def test_a_number_is_never_cut_in_two(text: str, whole: str) -> None:
    for limit in range(32, 45):
        parts = [part.text for part in split(RichText(text), limit)]
        assert any(whole in part for part in parts), parts
