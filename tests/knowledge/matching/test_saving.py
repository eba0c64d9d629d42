"""A matcher is loaded from its file unchanged, or not at all."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knowledge.matching import Band, Matcher, Phrasing, Thresholds
from knowledge.matching.saved_matcher import load, save

TOPICS = ["пароль", "заказ", "доставка", "возврат", "карта", "видео", "канал", "подписка", "реклама", "профиль"]
PHRASINGS = [
    Phrasing(number * 10 + place, text.format(topic), "ru")
    for number, topic in enumerate(TOPICS)
    for place, text in enumerate(["как удалить {}", "не работает {}", "где найти {}"])
    for text in (text, f"{text} скажите", f"а {text}", f"{text} сегодня\nили завтра")
] + [Phrasing(900, "Hogyan törölhetem a fiókomat? \ud800", "hu"), Phrasing(901, "delete my account", "en")]
ANSWERS = {900: "A beállításokban törölheted.", 0: "В настройках."}
QUESTIONS = [
    "как удалить канал",
    "ne rabotaet podpiska",
    "yt hf,jnftn rfhnf",
    "где найди профель",
    "hogyan torolhetem a fiokomat",
    "совсем о другом",
    "\ud800",
    "",
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.build(PHRASINGS, answers=ANSWERS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "frontdesk.db.index"


def test_a_loaded_matcher_is_the_one_that_was_saved(matcher: Matcher, path: Path) -> None:
    asked = [matcher.match(question) for question in QUESTIONS]  # before it is saved: what it remembers stays out
    save(matcher, path, {"revision": 7, "at": None})
    found = load(path, Thresholds())
    assert found is not None
    loaded, origin = found
    assert origin == {"revision": 7, "at": None}
    assert [loaded.match(question) for question in QUESTIONS] == asked
    assert [match.band for match in asked[:2]] == [Band.ANSWER] * 2
    assert (loaded.size, loaded.richness, loaded.ease) == (matcher.size, matcher.richness, matcher.ease)


def test_a_loaded_matcher_can_be_edited(matcher: Matcher, path: Path) -> None:
    save(matcher, path, {})
    found = load(path, Thresholds())
    assert found is not None
    parking = [Phrasing(950, "как оплатить парковку", "ru")]
    for question in ("хочу оплатить парковку", "как удалить канал"):
        assert found[0].with_edit(950, parking).match(question) == matcher.with_edit(950, parking).match(question)


def test_the_thresholds_are_those_of_the_day(matcher: Matcher, path: Path) -> None:
    save(matcher, path, {})
    timid = load(path, Thresholds(1.0, 1.0, 1.0))
    assert timid is not None
    assert timid[0].match("как удалить канал пожалуйста").band is Band.NONE


def test_an_empty_knowledge_is_saved_too(path: Path) -> None:
    save(Matcher.build(()), path, {})
    found = load(path, Thresholds())
    assert found is not None
    assert found[0].match("как удалить канал").candidates == ()


def test_a_matcher_with_edits_is_not_saved(matcher: Matcher, path: Path) -> None:
    with pytest.raises(ValueError, match=r"^an index holds nothing like this dict"):
        save(matcher.with_edit(0, []), path, {})
    assert list(path.parent.iterdir()) == []


def test_a_file_that_cannot_be_written_leaves_the_old_one(matcher: Matcher, path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save(matcher, path.parent / "no" / "folder", {})
    save(matcher, path, {"revision": 1})
    with pytest.raises(ValueError, match="nothing like this"):
        save(matcher.with_edit(0, []), path, {})
    found = load(path, Thresholds())
    assert found is not None
    assert found[1] == {"revision": 1}
    assert list(path.parent.iterdir()) == [path]


def _missing(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x40
    path.write_bytes(bytes(data))


def _text(path: Path) -> None:
    path.write_text("not an index", "utf-8")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _one_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


def _another_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.npy", b"nothing")


def _pickled(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, header=np.array([{"code": 1}], object))


def _rewritten(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def rewrite(path: Path) -> None:
        with np.load(path) as file:
            arrays = dict(file)
        header = json.loads(arrays.pop("header").tobytes())
        change(header)
        with path.open("wb") as file:
            np.savez(file, header=np.frombuffer(json.dumps(header).encode(), np.uint8), **arrays)

    return rewrite


def _other_code(header: dict[str, object]) -> None:
    header["code"] = "0" * 64


def _unknown_part(header: dict[str, object]) -> None:
    header["matcher"] = ["part", "Popen", 0, {}]


def _nonsense(header: dict[str, object]) -> None:
    header["matcher"] = ["run", "something"]


@pytest.mark.parametrize(
    "harm",
    [
        _missing,
        _empty,
        _cut,
        _flipped,
        _text,
        _folder,
        _one_array,
        _another_archive,
        _pickled,
        _rewritten(_other_code),
        _rewritten(_unknown_part),
        _rewritten(_nonsense),
        _rewritten(dict.clear),
    ],
)
def test_a_damaged_or_foreign_file_is_passed_over(matcher: Matcher, path: Path, harm: Callable[[Path], None]) -> None:
    save(matcher, path, {})
    harm(path)
    assert load(path, Thresholds()) is None


def test_a_rewritten_file_that_is_sound_is_taken(matcher: Matcher, path: Path) -> None:
    """The rewriting itself is not what the tests above find fault with."""
    save(matcher, path, {})
    _rewritten(dict.copy)(path)
    assert load(path, Thresholds()) is not None
