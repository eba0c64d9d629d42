"""Files in all encodings of spreadsheets and editors: decoded correctly, or refused with a remedy."""

from contextlib import suppress

import pytest

from knowledge.files.formats.encodings import Decoded, decode
from knowledge.files.formats.rows import UnreadableError
from knowledge.files.loading import KnowledgeError, SourceFile, read, read_files

RUSSIAN = """question,answer
Куда пропали мои черновики?,«Корзина» хранит их ещё тридцать дней. Откройте её в меню слева.
как вернуть деньги за билет,Напишите кассиру: он всё объяснит. Это займёт минут пять.
"""
UKRAINIAN = """question,answer
Як змінити адресу доставки?,Відкрийте «Мої замовлення» і натисніть на олівець. Якщо посилка вже в дорозі — \
зателефонуйте нам.
"""
HUNGARIAN = """question,answer
Hol őrzik az elveszett tárgyakat?,A portán a főbejárat mellett. Előtte érdemes felhívni őket.
mikor jön a következő busz,Munkanapokon húsz percenként és hétvégén óránként. Üljön fel az első ajtónál.
"""
GERMAN = """question,answer
Wo finde ich den Schlüssel für das Gästezimmer?,Er hängt über der Tür. Größere Gruppen fragen bitte vorher.
"""
ENGLISH = """question,answer
Where’s the café?,It’s on the second floor – ask for “Élise” if you’re naïve enough to come at noon…
"""
MIXED = ENGLISH.replace("–", "-") + RUSSIAN.split("\n", 1)[1].replace("é", "")

BOTH_WAYS = [
    *((text, name) for text in (RUSSIAN, HUNGARIAN, ENGLISH) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le")),
    *((text, "utf-16-be") for text in (RUSSIAN, HUNGARIAN, GERMAN)),
    (RUSSIAN, "utf-32"),
    *((RUSSIAN, name) for name in ("cp1251", "koi8-r", "mac_cyrillic", "cp866", "iso8859-5")),
    *((UKRAINIAN, name) for name in ("cp1251", "koi8-u", "mac_cyrillic", "iso8859-5")),
    *((HUNGARIAN, name) for name in ("cp1250", "iso8859-2", "mac_latin2", "cp852")),
    *((GERMAN, name) for name in ("cp1252", "cp1250", "iso8859-2", "mac_roman", "cp850")),
    *((ENGLISH, name) for name in ("cp1252", "mac_roman")),
    *((MIXED, name) for name in ("cp1251", "koi8-r", "mac_cyrillic", "cp866")),
]


@pytest.mark.parametrize(("text", "encoding"), BOTH_WAYS)
def test_an_encoding_is_recognised_by_its_text(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    whole = data.decode(encoding).removeprefix("\ufeff")
    assert decode(data).text == whole
    assert decode(data, encoding).text == whole


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (RUSSIAN.encode("cp1251"), "windows-1251"),
        (HUNGARIAN.encode("cp1250"), "windows-1250"),
        (RUSSIAN.encode("mac_cyrillic"), "mac_cyrillic"),
        (RUSSIAN.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_what_was_recognised_is_said(data: bytes, encoding: str) -> None:
    reading = read([SourceFile("all.csv", data), SourceFile("more.json", b'[{"question": "A?", "answer": "b"}]')])
    assert reading.notes == (f"all.csv: read as {encoding}",)


@pytest.mark.parametrize("suffix", ["yaml", "json", "jsonl", "csv"])
def test_every_format_is_read_in_every_encoding(suffix: str) -> None:
    forms = {
        "yaml": "- question: Hol őrzik a tárgyakat?\n  answer: A főbejáratnál.\n",
        "json": '[{"question": "Hol őrzik a tárgyakat?", "answer": "A főbejáratnál."}]',
        "jsonl": '{"question": "Hol őrzik a tárgyakat?", "answer": "A főbejáratnál."}\n',
        "csv": "question,answer\nHol őrzik a tárgyakat?,A főbejáratnál.\n",
    }
    for encoding in ("utf-8", "utf-16", "cp1250"):
        (entry,) = read_files([SourceFile(f"a.{suffix}", forms[suffix].encode(encoding))]).entries
        assert (entry.question, entry.answer) == ("Hol őrzik a tárgyakat?", "A főbejáratnál.")


REFUSED = {
    "too short": ("question,answer\nЯ,я\n".encode("cp1251"), 2, "--encoding"),
    "polish": ("question,answer\nGdzie są moje książki?,Leżą na półce\n".encode("cp1250"), 2, "--encoding"),
    "greek": ("question,answer\nΠού είναι τα βιβλία μου;,Στο ράφι\n".encode("cp1253"), 2, "--encoding"),
    "japanese": ("question,answer\n本はどこですか,棚の上です\n".encode("shift_jis"), 2, "--encoding"),
    "noise": (bytes(range(128, 256)) * 3, 1, "--encoding"),
    "binary": (b"question,answer\n\x01\x02\xfe\xff", None, "is not text"),
    "half a character": (RUSSIAN.encode()[:21], 2, "broken character"),
    "one line of utf-8": (RUSSIAN.encode("cp1251") + "Где снег?,Тает понемногу\n".encode(), 4, "is UTF-8"),
    "one line not utf-8": (RUSSIAN.encode() + "Где снег?,Тает\n".encode("cp1251"), 4, "broken character"),
    "two encodings": (RUSSIAN.encode("cp1251") + HUNGARIAN.encode("cp1250"), 2, "--encoding"),
    "odd utf-16": (RUSSIAN.encode("utf-16-le")[:-1], None, "--encoding"),
    "cut utf-16": (RUSSIAN.encode("utf-16")[:-1], 3, "cut off"),
    "twice utf-8": (RUSSIAN.encode().decode("latin-1").encode(), 2, "once"),
    "read as 1251": (HUNGARIAN.encode("cp1250").decode("cp1251").encode(), 2, "once"),
    "lost letters": ("question,answer\nH\ufffdl?,Ott\n".encode(), 2, "lost a letter"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_undecided_is_refused_with_its_row(name: str) -> None:
    data, row, words = REFUSED[name]
    with pytest.raises(UnreadableError) as caught:
        decode(data)
    assert words in caught.value.reason
    assert caught.value.row == row


def test_a_named_encoding_is_taken_at_its_word_except_for_unicode_files() -> None:
    polish = "question,answer\nGdzie są moje książki?,Leżą na półce\n"
    files = [
        SourceFile("pl.csv", polish.encode("cp1250")),
        SourceFile("ru.csv", RUSSIAN.encode()),
        SourceFile("hu.csv", HUNGARIAN.encode("utf-16")),
    ]
    reading = read(files, encoding="windows-1250")
    assert reading.draft.entries[0].question == "Gdzie są moje książki?"
    assert reading.draft.entries[1].question == "Куда пропали мои черновики?"
    assert reading.draft.entries[-1].question == "mikor jön a következő busz"
    assert decode("H\ufffdl?".encode(), "utf-8").text == "H\ufffdl?"


@pytest.mark.parametrize(
    "encoding", ["rot13", "zip", "base64", "utf-7", "unicode_escape", "punycode", "klingon", "", "a\0b"]
)
def test_an_encoding_that_is_none_is_refused(encoding: str) -> None:
    with pytest.raises(KnowledgeError, match="is no encoding of texts: name one such as utf-8"):
        read([SourceFile("a.csv", RUSSIAN.encode("cp1251"))], encoding=encoding)


def test_a_named_encoding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(KnowledgeError, match=r"a\.csv:2: is not utf_8 from here on"):
        read([SourceFile("a.csv", RUSSIAN.encode("cp1251"))], encoding="utf8")


EMPTY = {
    "yaml": [b"[]", b"null\n", b"# nothing yet\n", b"entries:\n", b"entries: []\ncategories: []\n", b"{}", b"---\n"],
    "json": [b"[]", b"{}", b"null", b'{"entries": []}', b'{"entries": null}', b'{"categories": [{"key": "a"}]}'],
    "jsonl": [b"\n\n  \n"],
    "csv": [b"question,answer\n", b"question;answer\r\n;;\r\n;\r\n", b'question,answer\n" ",\n', b"\n\n"],
}
NOTHING = [b"", b" \t\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf \n", "\n".encode("utf-16")]


@pytest.mark.parametrize(
    ("suffix", "data"), [(suffix, data) for suffix, files in EMPTY.items() for data in (*files, *NOTHING)]
)
def test_a_file_without_entries_is_refused(suffix: str, data: bytes) -> None:
    full = SourceFile("full.json", b'[{"question": "A?", "answer": "b"}]')
    with pytest.raises(KnowledgeError) as caught:
        read([SourceFile(f"a.{suffix}", data)])
    assert [problem.file for problem in caught.value.problems] == [f"a.{suffix}"]
    assert "has no entries" in str(caught.value) or "is empty" in str(caught.value)
    if b"key" in data:
        return  # a file of categories may accompany one of entries
    with pytest.raises(KnowledgeError) as caught:
        read([full, SourceFile(f"a.{suffix}", data), SourceFile("b.csv", b"question,answer\nc,d\n")])
    assert [problem.file for problem in caught.value.problems] == [f"a.{suffix}"]


def test_a_file_of_categories_accompanies_one_of_entries() -> None:
    categories = SourceFile("categories.yaml", b"categories: [{key: pay, title: Paying}]")
    entries = SourceFile("entries.yaml", b"[{question: Price?, answer: '1', category: pay}]")
    assert len(read([categories, entries]).draft.entries) == 1


def test_abbreviations_in_capitals_are_no_damage() -> None:
    # Capitals and small letters are swapped between windows-1251 and koi8-r: any abbreviation reads as a word in both.
    text = (
        "Сколько ГБ места даёт тариф, и где хранятся ГБ, МБ и КБ?"
        " Ответ по СМС, в МФЦ или по QR: ПДФ, ФИО и ИНН не нужны.\n"
    )
    assert decode(text.encode()) == Decoded(text, "utf-8")


SHORT = [
    *(
        (text, "cp1251")
        for text in ("Что такое API?,Интерфейс", "Телефон,8 (800) 555-35-35", "Ещё вопрос,Всё ещё открыт")
    ),
    *((text, "cp1251") for text in ("ВНЖ и РВП,Через МФЦ", "№ заказа,«Личный кабинет» — там", "Привет,ИНН")),
    *((text, "koi8-r") for text in ("ВНЖ и РВП,Через МФЦ", "Ещё вопрос,Всё ещё открыт")),
    *((text, "cp1250") for text in ("TAJ szám kell?,Nem kell", "Is GYIK for all?,Kérdések", "Mi az ÁFA?,27%")),
    *((text, "cp1250") for text in ("Where is Pécs?,South", "Jelszó,„Elfelejtett jelszó”", "Cím,Bp. – Fő u. 5")),
    ("Есть ли лифт?,Да, Елена Вам покажет", "mac_cyrillic"),
]


@pytest.mark.parametrize(("row", "encoding"), SHORT)
def test_one_short_row_of_a_common_encoding_is_read(row: str, encoding: str) -> None:
    text = f"question,answer\n{row}\n"
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("row", ['"Есть Wi-Fi?","Есть"', '"Ещё?","Ещё"', '"Как?","Едва"'])
def test_a_mac_capital_is_never_taken_for_an_ellipsis(row: str) -> None:
    text = f"question,answer\n{row}\n"
    assert text_or_none(text.encode("mac_cyrillic")) in {text, None}


def text_or_none(data: bytes) -> str | None:
    """The text of `data`; None where its encoding is refused as undecided."""
    with suppress(UnreadableError):
        return decode(data).text
    return None
