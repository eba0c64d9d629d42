"""Similar questions on both databases: open ones of the whole queue, and answers to solved ones."""

from sqlalchemy.orm import Session

from handoff.messages.names import without_name
from handoff.models import Contact, Ticket, TicketStatus
from handoff.people.privacy.erasure import forget
from handoff.similar.open_questions import OpenQuestions
from handoff.similar.solved_answers import SolvedAnswers, read_answer
from handoff.similar.word_index import WordIndex
from handoff.tickets import queue
from handoff.tickets.queue import TicketView
from tests.handoff.floor import Floor

ANSWER = "Open the menu, then Music, and press the arrow beside the song."


async def view(floor: Floor, number: int) -> TicketView:
    found = await floor.database.read(lambda session: queue.ticket(session, number, floor.clock()))
    assert found is not None
    return found


async def same(floor: Floor, index: OpenQuestions, number: int) -> list[int]:
    return [found.id for found in await index.same_as(await view(floor, number))]


async def rename(floor: Floor, number: int, name: str) -> None:
    def work(session: Session) -> None:
        session.get_one(Contact, session.get_one(Ticket, number).contact_id).name = name

    await floor.do(work)


# --- words ------------------------------------------------------------------------------------------------------------


def test_the_same_in_other_forms_and_order_is_found_and_another_matter_is_not() -> None:
    index = WordIndex()
    texts = {
        1: "Где скачать музыку?",
        2: "музыку скачать где можно",
        3: "Где скачать видео?",
        4: "не приходит смс на номер 5",
        5: "не приходит смс на номер 7",
        6: "???",
        7: "где скачатть музыку",
    }
    for number, text in texts.items():
        index.put(number, text, "ru")
    assert len(index) == 6
    assert set(index.find_same("где скачать музыку", "ru")) == {1, 2, 7}
    assert index.find_same("Не приходит СМС на номер 5!", "ru") == (4,)
    assert index.find_same("", "ru") == ()
    index.put(2, "где скачать видео", "ru")
    index.drop(7)
    index.drop(99)
    assert index.find_same("где скачать музыку", "ru") == (1,)


def test_the_words_of_a_dropped_text_are_gone() -> None:
    index = WordIndex()
    index.put(1, "где скачать музыку", "ru")
    index.drop(1)
    assert not index._holders
    assert not index._texts


# --- open questions ---------------------------------------------------------------------------------------------------


async def test_the_whole_queue_is_compared_and_followed(floor: Floor) -> None:
    index = OpenQuestions(floor.database, floor.clock)
    for number in range(120):
        await floor.asks(f"something else {number}")
    first = await floor.asks("How do I download music?")
    floor.clock.passes(hours=1)
    second = await floor.asks("how do i download music")
    assert await same(floor, index, first) == [second]  # beyond the 100 oldest
    third = await floor.asks("how do I download music??")
    assert await same(floor, index, second) == [first, third]
    own = await floor.asks("how do I download music", contact_id=(await floor.ticket(first)).contact_id)
    assert await same(floor, index, first) == [second, third]
    maria = await floor.agent("Maria")
    floor.clock.passes(hours=1)
    await floor.do(lambda session: floor.desk.resolve(session, second, maria.id))
    assert await same(floor, index, first) == [third]
    floor.clock.passes(hours=-3)  # a clock that was set back
    later = await floor.asks("how do I download music")
    assert set(await same(floor, index, first)) == {third, later}
    assert own not in await same(floor, index, first)


async def test_an_erased_contacts_question_is_not_shown(floor: Floor) -> None:
    index = OpenQuestions(floor.database, floor.clock)
    first, second = await floor.asks("How do I download music?"), await floor.asks("how do I download music")
    assert await same(floor, index, first) == [second]
    contact = (await floor.ticket(second)).contact_id
    await floor.do(lambda session: forget(session, contact, floor.clock))
    assert await same(floor, index, first) == []


# --- solved questions -------------------------------------------------------------------------------------------------


async def solved(floor: Floor, question: str, answer: str, *, rating: int | None = None, name: str = "Boris") -> int:
    number, maria = await floor.asks(question), await floor.agent("Maria")
    await rename(floor, number, name)
    await floor.answers(number, maria, answer)
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    await floor.delivers()

    def rate(session: Session) -> None:
        session.get_one(Ticket, number).rating = rating

    await floor.do(rate)
    return number


async def others(floor: Floor) -> None:
    for question in ("I cannot sign in", "The code does not arrive", "How do I get my money back?", "Delete my page"):
        await solved(floor, question, f"This is the answer to: {question}")


async def test_the_best_rated_answers_to_similar_questions_come_first(floor: Floor) -> None:
    await others(floor)
    unrated = await solved(floor, "how to download music", ANSWER)
    good = await solved(floor, "download music how", "Hello Boris! Use the arrow beside the song.", rating=5)
    await solved(floor, "download music", "No idea about that, sorry.", rating=1)
    await solved(floor, "how can I download music", "ok", rating=5)
    number = await floor.asks("How do I download music?")
    index = SolvedAnswers(floor.database, floor.clock)
    found = await index.near(await view(floor, number))
    assert [(answer.ticket_id, answer.text, answer.agent, answer.rating) for answer in found] == [
        (good, "Hello {name}! Use the arrow beside the song.", "Maria", 5),
        (unrated, ANSWER, "Maria", None),
    ]
    assert await index.near(await view(floor, await floor.asks("xyzzy plugh"))) == ()


async def test_the_index_follows_what_is_solved_and_reopened(floor: Floor) -> None:
    await others(floor)
    number = await floor.asks("How do I download music?")
    index = SolvedAnswers(floor.database, floor.clock)
    assert await index.near(await view(floor, number)) == ()
    later = await solved(floor, "how to download music", ANSWER)
    assert [found.ticket_id for found in await index.near(await view(floor, number))] == [later]
    maria = await floor.agent("Olga")
    await floor.do(lambda session: floor.desk.reopen(session, later, maria.id))
    assert (await floor.ticket(later)).status is TicketStatus.OPEN
    assert await index.near(await view(floor, number)) == ()


async def test_nothing_of_an_erased_contact_appears(floor: Floor) -> None:
    await others(floor)
    gone = await solved(floor, "how to download music", ANSWER)
    number = await floor.asks("How do I download music?")
    index = SolvedAnswers(floor.database, floor.clock)
    (found,) = await index.near(await view(floor, number))
    contact = (await floor.ticket(gone)).contact_id
    await floor.do(lambda session: forget(session, contact, floor.clock))
    assert await index.near(await view(floor, number)) == ()
    assert await floor.do(lambda session: read_answer(session, found.message_id)) == ""


async def test_only_answers_to_solved_questions_are_read(floor: Floor) -> None:
    done = await solved(floor, "how to download music", "Hi Boris, use the arrow.")
    maria, number = await floor.agent("Maria"), await floor.asks("and video?")
    open_answer = await floor.answers(number, maria, "Not yet solved.")
    note = await floor.do(lambda session: floor.desk.note(session, done, maria.id, "a note"))
    index = SolvedAnswers(floor.database, floor.clock)
    (found,) = await index.near(await view(floor, await floor.asks("how to download music")))
    assert await floor.do(lambda session: read_answer(session, found.message_id)) == "Hi {name}, use the arrow."
    assert await floor.do(lambda session: read_answer(session, open_answer)) == ""
    assert await floor.do(lambda session: read_answer(session, note)) == ""


def test_a_name_is_replaced_as_a_whole_word() -> None:
    assert without_name("Анна, Анна П.! Аннабель, анна", "Анна П.") == "{name}, {name}! Аннабель, анна"
    assert without_name("Hello", "") == "Hello"
    assert without_name("A b c", "A") == "A b c"  # a single letter is no name


async def test_the_contacts_own_earlier_answers_are_not_a_colleagues_news(floor: Floor) -> None:
    await others(floor)
    earlier = await solved(floor, "how to download music", ANSWER)
    contact = (await floor.ticket(earlier)).contact_id
    index = SolvedAnswers(floor.database, floor.clock)
    own = await floor.asks("How do I download music?", contact_id=contact)
    assert await index.near(await view(floor, own)) == ()  # they stand in the thread
    stranger = await floor.asks("How do I download music?")
    assert [found.ticket_id for found in await index.near(await view(floor, stranger))] == [earlier]
