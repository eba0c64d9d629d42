"""Detection of a repeated question."""

import pytest

from knowledge.matching import alike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("какая завтра погода в казани", "Какая погода завтра в Козани?"),
        ("не могу зайти на страницу", "НЕ МОГУ ЗАЙТИ НА СТРАНИЦУ!!!"),
        ("Elfelejtettem a jelszavamat", "elfelejtettem a jelszavamat"),
        ("my order 4711 is late", "order 4711 my is late"),
        ("забыл пороль", "забыл пароль"),
    ],
)
def test_the_same_is_asked_again(one: str, other: str) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("какая завтра погода в казани", "какая завтра погода в самаре"),
        ("my order 4711 is late", "my order 4712 is late"),
        ("не могу зайти на страницу", "не могу зайти на страницу, просит код из сообщения"),
        ("забыл пароль", "?"),
        ("", ""),
        ("я" * 70_000, "музыка"),
    ],
)
def test_something_else_is_asked(one: str, other: str) -> None:
    assert not alike(one, other)
