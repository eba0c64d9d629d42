"""The language of a message whose few words do not tell it."""

import pytest

from knowledge.files.loading import SourceFile, read_files
from tests.journeys.stage import Stage

MORE = """
entries:
  - {id: vouchers, lang: en, question: Vouchers and promo codes, alternatives: [redeem voucher], answer: Under Shop.}
  - {id: invoice, lang: hu, question: Számla letöltése, alternatives: [számla nyomtatása], answer: A Pénzügyek alatt.}
  - {id: vouchers, lang: ru, question: Как ввести voucher?, alternatives: [voucher не вводится], answer: В магазине.}
  - {id: podcasts, lang: en, question: Podcasts offline, alternatives: [save podcast], answer: Tap the arrow.}
  - {id: podcasts, lang: ru, question: Podcasts без сети, alternatives: [save podcast], answer: Нажмите на стрелку.}
"""


@pytest.mark.parametrize(
    ("words", "answer", "button"),
    [
        ("redeem voucher?", "Vouchers and promo codes\n\nUnder Shop.", "This helped"),
        ("szamla letoltese", "Számla letöltése\n\nA Pénzügyek alatt.", "Ez segített"),
        ("save podcast", "Podcasts без сети\n\nНажмите на стрелку.", "Это помогло"),
    ],
)
async def test_it_is_the_language_of_what_it_matches(stage: Stage, words: str, answer: str, button: str) -> None:
    await load(stage)
    anna = await stage.contact("Anna", language="ru")
    await anna.writes(words)
    assert (await anna.hears()).text == answer
    assert button in anna.labels()


async def test_a_chosen_language_stays(stage: Stage) -> None:
    await load(stage)
    anna = await stage.contact("Анна")
    await anna.writes("/language")
    await anna.hears()
    await anna.presses("Русский")
    await anna.hears()
    await anna.writes("redeem voucher")
    assert (await anna.hears()).text == "Как ввести voucher?\n\nВ магазине."
    assert "Это помогло" in anna.labels()


async def test_words_that_match_nothing_change_no_language(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    await anna.hears()
    await anna.writes("qwxz vbnk")
    assert (await anna.hears()).text.startswith("Готового ответа нет.")


async def load(stage: Stage) -> None:
    draft = read_files([SourceFile("more.yaml", MORE.encode())])
    await stage.app.db.write(lambda session: stage.app.library.load(session, draft, author="test", keep=True))
    await stage.app.library.refresh()
