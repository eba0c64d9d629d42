"""Words of the demo page in the languages of the example knowledge base."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageWords:
    """Everything on the page that is read, in one language."""

    language: str
    title: str
    guest: tuple[str, str]
    """First and last name of the guest."""
    introduction: str
    phone: str
    desk_title: str
    steps: tuple[str, ...]
    desk: str
    email: str
    password: str
    help: str
    local: str
    no_script: str
    vk: str
    """Under the community's name on VK's phone."""
    vk_invitation: str
    vk_start: str
    telegram: str
    telegram_invitation: str
    telegram_start: str
    messages: str
    examples_label: str
    examples: tuple[str, ...]
    """A question that the example knowledge base answers, one that it is unsure about, one for an agent."""
    message: str
    send: str
    not_sent: str
    edited: str
    """Before the time of a message that was edited."""


ENGLISH = PageWords(
    language="en",
    title="Frontdesk · try it",
    guest=("Anna", "Peters"),
    introduction="You are Anna, a member of the community. Write to its support from either phone.",
    phone="Phone",
    desk_title="Behind the counter",
    steps=(
        "What the knowledge base knows is answered at once.",
        "When it is unsure, it offers a choice.",
        "What it does not know goes to a person at the desk. Their answer comes back to this phone.",
    ),
    desk="Open the desk",
    email="E-mail",
    password="Password",  # noqa: S106 - a label
    help="Help page for visitors",
    local="Both platforms are simulated on this machine. Nothing you write leaves it.",
    no_script="The phones need JavaScript.",
    vk="VK · community",
    vk_invitation="Write to the community: questions are answered here.",
    vk_start="Start",
    telegram="Telegram · bot",
    telegram_invitation="There is nothing here yet…",
    telegram_start="START",
    messages="Messages",
    examples_label="Example questions",
    examples=("hi I forgot my pasword", "how can i delete my account", "when is the concert in london"),
    message="Message",
    send="Send",
    not_sent="Not sent. Please try again.",
    edited="edited",
)
RUSSIAN = PageWords(
    language="ru",
    title="Frontdesk · попробовать",
    guest=("Анна", "Петрова"),
    introduction="Вы Анна, участница сообщества. Напишите в поддержку с любого из телефонов.",
    phone="Телефон",
    desk_title="По ту сторону",
    steps=(
        "На то, что есть в базе знаний, бот отвечает сразу.",
        "Если он не уверен, то предлагает варианты.",
        "Остальное получает агент. Его ответ придёт на этот же телефон.",
    ),
    desk="Рабочее место агента",
    email="Почта",
    password="Пароль",  # noqa: S106 - a label
    help="Справка для посетителей",
    local="Обе платформы работают на этом компьютере. Всё, что вы напишете, останется здесь.",
    no_script="Телефонам нужен JavaScript.",
    vk="ВКонтакте · сообщество",
    vk_invitation="Напишите сообществу, здесь отвечают на вопросы.",
    vk_start="Начать",
    telegram="Telegram · бот",
    telegram_invitation="Здесь пока ничего нет…",
    telegram_start="СТАРТ",
    messages="Сообщения",
    examples_label="Примеры вопросов",
    examples=("здрасте не могу зайти забыла пороль", "как заблокировать человека", "когда концерт в москве"),
    message="Сообщение",
    send="Отправить",
    not_sent="Не отправлено. Попробуйте ещё раз.",
    edited="изменено",
)
HUNGARIAN = PageWords(
    language="hu",
    title="Frontdesk · próbálja ki",
    guest=("Anna", "Kovács"),
    introduction="Ön most Anna, a közösség tagja. Írjon az ügyfélszolgálatnak bármelyik telefonról.",
    phone="Telefon",
    desk_title="A pult mögött",
    steps=(
        "Amire a tudásbázisban van válasz, arra a bot azonnal felel.",
        "Ha bizonytalan, választási lehetőségeket kínál.",
        "Minden mást egy munkatárs kap meg. A válasza erre a telefonra érkezik.",
    ),
    desk="A munkatársak felülete",
    email="E-mail",
    password="Jelszó",  # noqa: S106 - a label
    help="Súgóoldal látogatóknak",
    local="Mindkét platform ezen a gépen fut. Amit ír, itt marad.",
    no_script="A telefonokhoz JavaScript szükséges.",
    vk="VK · közösség",
    vk_invitation="Írjon a közösségnek, itt válaszolnak a kérdésekre.",
    vk_start="Kezdés",
    telegram="Telegram · bot",
    telegram_invitation="Itt még nincs semmi…",
    telegram_start="INDÍTÁS",
    messages="Üzenetek",
    examples_label="Példakérdések",
    examples=("szia elfelejtetem a jelszavam", "üzenet törlése", "mikor lesz koncert budapesten"),
    message="Üzenet",
    send="Küldés",
    not_sent="Nem sikerült elküldeni. Kérjük, próbálja újra.",
    edited="szerkesztve",
)
PAGE_WORDS = {words.language: words for words in (ENGLISH, RUSSIAN, HUNGARIAN)}
"""By language; the page is in English for any other."""
