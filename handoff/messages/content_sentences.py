"""Descriptions of message contents in the reader's language: name, text and link of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handoff.messages.contents import (
    Card,
    CardKind,
    Checklist,
    ContactCard,
    Content,
    Dice,
    HiddenLink,
    Passage,
    Place,
    Poll,
    Role,
    Unknown,
    is_shown,
)
from handoff.messages.values import Attachment
from infra.wording import mark

_CARDS: dict[CardKind, tuple[str, str]] = {
    CardKind.ALBUM: ("🗂", mark("Album")),
    CardKind.APP: ("🧩", mark("App")),
    CardKind.ARTICLE: ("📰", mark("Article")),
    CardKind.AUDIO: ("🎵", mark("Audio")),
    CardKind.CALL: ("📞", mark("Call")),
    CardKind.EVENT: ("🗓", mark("Event")),
    CardKind.GAME: ("🎮", mark("Game")),
    CardKind.GIFT: ("🎁", mark("Gift")),
    CardKind.GIVEAWAY: ("🎉", mark("Giveaway")),
    CardKind.GROUP: ("👥", mark("Group or channel")),
    CardKind.INVOICE: ("🧾", mark("Invoice")),
    CardKind.LINK: ("🔗", mark("Link")),
    CardKind.MONEY: ("💸", mark("Money transfer")),
    CardKind.PAID_MEDIA: ("💳", mark("Paid photos or videos")),
    CardKind.PAYMENT: ("💳", mark("Payment")),
    CardKind.PLAYLIST: ("🎶", mark("Playlist")),
    CardKind.PODCAST: ("🎙", mark("Podcast")),
    CardKind.PRODUCT: ("🛍", mark("Product")),
    CardKind.REFUND: ("💳", mark("Refund")),
    CardKind.SENT_DATA: ("🧩", mark("Data sent by an app")),
    CardKind.STICKER: ("🙂", mark("Sticker")),
    CardKind.STORY: ("📖", mark("Story")),
    CardKind.TRANSCRIPT: ("🎤", mark("Voice message in words (recognised by the platform)")),
    CardKind.VIDEO: ("🎬", mark("Video")),
}
_PASSAGES: dict[Role, tuple[str, str, str]] = {
    Role.FORWARD: ("↪", mark("Forwarded message"), mark("Forwarded message from {author}")),
    Role.QUOTE: ("💬", mark("In answer to a message"), mark("In answer to {author}")),
    Role.POST: ("📣", mark("Post"), mark("Post by {author}")),
    Role.COMMENT: ("🗨", mark("Comment"), mark("Comment by {author}")),
}
_PLACE = ("📍", mark("Place"))
_CONTACT = ("👤", mark("Contact card"))
_POLL = ("📊", mark("Poll"))
_CHECKLIST = ("☑", mark("Checklist"))
_DICE = ("🎲", mark("Dice"))
_HIDDEN_LINK = ("🔗", mark("Link behind words"))
_UNKNOWN = ("❔", mark("Something of a kind we do not know"))
FILE_NAMES = {
    "photo": mark("photo"),
    "document": mark("document"),
    "voice": mark("voice message"),
    "video": mark("video"),
    "audio": mark("audio"),
}
_FILE_ICON = "📎"
_HEADLINES = frozenset(
    {_PLACE, _CONTACT, _POLL, _CHECKLIST, _DICE, _UNKNOWN, *_CARDS.values()}
    | {(icon, sentence) for icon, sentence, _ in _PASSAGES.values()}
    | {(_FILE_ICON, name) for name in FILE_NAMES.values()}
)


class Translate(Protocol):
    """Looks a sentence up in the reader's language and fills in the values."""

    def __call__(self, sentence: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class ContentWords:
    """One content in the reader's language. Everything but `title` may be empty."""

    icon: str
    title: str
    text: str = ""
    """Its text, as it was written."""
    lines: tuple[str, ...] = ()
    """Facts, one sentence each."""
    links: tuple[tuple[str, str], ...] = ()
    """Labels and addresses, which begin with `http`."""
    at: datetime | None = None
    files: tuple[int, ...] = ()
    """Positions of the message's files that belong to it."""
    inner: tuple["ContentWords", ...] = ()
    raw: str = ""
    """JSON, to be shown folded."""
    card: ContactCard | None = None
    """The contact card that this describes, for pages that show it as one."""
    is_passage: bool = False
    """Words that somebody wrote elsewhere."""
    is_place: bool = False

    def plain(self, indent: str = "") -> str:
        """Return all of it as lines of text."""
        rows = [f"{self.icon} {self.title}", *self.text.splitlines(), *self.lines]
        rows += [words if words == url else f"{words}: {url}" for words, url in self.links]
        rows += self.raw.splitlines()
        return "\n".join([indent + row for row in rows] + [one.plain(indent + "  ") for one in self.inner])


def describe(contents: Sequence[Content], t: Translate) -> tuple[ContentWords, ...]:
    """Describe each content."""
    return tuple(_described(one, t) for one in contents)


def _described(content: Content, t: Translate) -> ContentWords:
    icon, title = _kind(content)
    match content:
        case Place():
            return _place(content, t)
        case ContactCard(name=name, phones=phones, emails=emails, url=url, note=note):
            lines = [t("Phone: {phone}", phone=phone) for phone in phones]
            lines += [t("E-mail: {address}", address=address) for address in emails]
            return ContentWords(icon, t(title), name, (*lines, *note.splitlines()), _link(url), card=content)
        case Poll(question=question, options=options, note=note, closed=closed):
            lines = [*(f"○ {one}" for one in options), *note.splitlines()]
            return ContentWords(icon, t("Poll, closed") if closed else t(title), question, tuple(lines))
        case Checklist(title=heading, tasks=tasks):
            lines = [f"{'☑' if task.done else '☐'} {task.text}" for task in tasks]
            return ContentWords(icon, t(title), heading, tuple(lines))
        case Dice(emoji=emoji, value=value):
            return ContentWords(emoji or icon, f"{t(title)}: {value}")
        case Card():
            return _card(content, t)
        case HiddenLink(words=words, url=url):
            return ContentWords(icon, t(title), links=_link(url, words))
        case Passage():
            return _passage(content, t)
        case Unknown(name=name, raw=raw):
            return ContentWords(icon, f"{t(title)}: {name}" if name else t(title), raw=raw)


def _kind(content: Content) -> tuple[str, str]:
    """Return the symbol and the name of a kind, in English."""
    match content:
        case Place():
            return _PLACE
        case ContactCard():
            return _CONTACT
        case Poll():
            return _POLL
        case Checklist():
            return _CHECKLIST
        case Dice():
            return _DICE
        case Card(what=what):
            return _CARDS[what]
        case HiddenLink():
            return _HIDDEN_LINK
        case Passage(role=role):
            return _PASSAGES[role][:2]
        case Unknown():
            return _UNKNOWN


def _place(place: Place, t: Translate) -> ContentWords:
    point = f"{place.latitude:.6f},{place.longitude:.6f}"
    marker = f"mlat={place.latitude:.6f}&mlon={place.longitude:.6f}"
    url = f"https://www.openstreetmap.org/?{marker}#map=17/{point.replace(',', '/')}"
    lines = [line for line in (place.address, point.replace(",", ", ")) if line]
    title = t("Place, live") if place.live else t("Place")
    return ContentWords("📍", title, place.title, tuple(lines), ((t("Show on the map"), url),), is_place=True)


def _card(card: Card, t: Translate) -> ContentWords:
    icon, title = _CARDS[card.what]
    minutes, seconds = divmod(card.seconds, 60)
    lines = [
        card.author,
        t("Price: {price}", price=card.price) if card.price and card.what is CardKind.PRODUCT else card.price,
        t("Length: {minutes}:{seconds}", minutes=minutes, seconds=f"{seconds:02}") if card.seconds else "",
    ]
    words = "\n".join(piece for piece in (card.title, card.text) if piece)
    return ContentWords(icon, t(title), words, tuple(filter(None, lines)), _link(card.url))


def _passage(passage: Passage, t: Translate) -> ContentWords:
    icon, nobody, of = _PASSAGES[passage.role]
    author = {"contact": t("the contact"), "community": t("the community")}.get(passage.by, passage.author)
    return ContentWords(
        icon,
        t(of, author=author) if author else t(nobody),
        passage.text,
        links=_link(passage.author_url if passage.by == "other" else "") + _link(passage.url),
        at=passage.at,
        files=passage.files,
        inner=describe(passage.contents, t),
        is_passage=True,
    )


def _link(url: str, words: str = "") -> tuple[tuple[str, str], ...]:
    return ((words or url, url),) if url.startswith(("http://", "https://")) else ()


# --- a message without words, as a question ---------------------------------------------------------------------------


def headline(contents: Sequence[Content], attachments: Sequence[Attachment]) -> str:
    """Describe a message without text as a question: a symbol and a word in English, and details below.

    `question_words` gives the first line in the reader's language.
    """
    for content in contents:
        if is_shown(content):
            words = _described(content, _english)
            return "\n".join((" ".join(_kind(content)), *filter(None, (words.text, *words.lines))))[:1000]
    names = [FILE_NAMES[attachment.kind] for attachment in attachments if attachment.kind in FILE_NAMES]
    return f"{_FILE_ICON} {names[0]}" if names else ""


def question_words(question: str, t: Translate) -> str:
    """Return a ticket's question with the first line that `headline` wrote translated into the reader's language."""
    first, newline, rest = question.partition("\n")
    icon, _, sentence = first.partition(" ")
    return f"{icon} {t(sentence)}{newline}{rest}" if (icon, sentence) in _HEADLINES else question


def _english(sentence: str, **values: object) -> str:
    return sentence.format(**values)
