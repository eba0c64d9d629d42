"""Sentences and buttons that several parts of the dialogue use."""

from bot.dialogue.decisions import OwnQuestions, Say, Show, Topics, View
from bot.dialogue.thread import MOST_OPEN
from handoff.messages import buttons

TOPICS = ("Topics", buttons.Topics())
OWN = ("My questions", buttons.Own())
GONE = Say("This answer has been removed. Write your question in your own words.")
WELCOME = Say("You are welcome. If anything else comes up, just write.")

INVITATION = Say("Go ahead: describe your question in one message, and I will find the answer or ask a person.")
NO_OTHER_ANSWER = Say("I have no other answer to this. Look through the topics, or ask in other words.", (TOPICS,))
ALL_RIGHT = Say("All right. If anything comes up, just write.")


def nothing_passed_on(again: buttons.AskPerson) -> Say:
    return Say("All right, nothing was passed on. If you change your mind, just write.", (("Ask a person", again),))


def hello() -> Say:
    return Say(
        "Hello. Describe your question in your own words, and I will find the answer or ask a person.", (TOPICS, OWN)
    )


def show_view(view: View | None) -> Say | Show:
    """Show the view, or say that there is nothing to show."""
    match view:
        case Topics(categories=()):
            return Say("There are no ready answers yet. Write your question in your own words.")
        case OwnQuestions(items=()):
            return Say("You have not asked a person anything yet. Write your question in your own words.", (TOPICS,))
        case None:
            return GONE
        case view:
            return Show(view)


def enough_open() -> Say:
    return Say(
        "You already have {count} open questions. You can add to any of them, and ask another once one is closed.",
        (OWN,),
        {"count": MOST_OPEN},
    )
