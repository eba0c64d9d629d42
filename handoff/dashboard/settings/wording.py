"""The bot's sentences: the list, and a page for each on which admins put it into words of their own."""

import logging
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.content.sentences import GROUPS, group_rows, language_text, out_of_use
from handoff.dashboard.frame import Frame, by_script
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import DONE, actor, settings_page
from handoff.wording.placeholders import WordingError
from handoff.wording.wordbook import LONGEST, Sentence
from infra.wording import mark

log = logging.getLogger(__name__)

SECTION = "wording"
PATH = "/desk/settings/wording"
_RESTORED = mark("Contacts read the built-in text again.")
_SAID = {"saved": mark("Saved. Contacts read this text from now on."), "restored": _RESTORED}
_SEARCH = 100
_MOST_FORMS = 6
_TYPED = 10 * LONGEST
"""What is kept of a text that is much too long."""
Key = Annotated[str, Path(max_length=64, pattern="^[a-z0-9-]+$")]
Code = Annotated[str, Path(pattern="^[a-z]{2,8}$")]


def wording_routes(frame: Frame) -> APIRouter:
    """Register the list and the page of a sentence."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, overrides, formats = frame.parts.database, frame.parts.overrides, frame.parts.channel_formats
    wordbook = overrides.wordbook

    async def sentence_page(
        request: Request,
        sentence: Sentence,
        language: str = "",
        typed: Sequence[str] | None = None,
        refusal: WordingError | None = None,
    ) -> Response:
        """Render the page of a sentence; `typed` is the text in `language` that is not saved."""
        words = frame.words(request)
        kept = await database.read(lambda session: overrides.read(session, sentence.key))
        own = {one.language: one for one in kept}
        first = [words.language, *(code for code in wordbook.languages if code != words.language)]
        said, where = "", request.query_params.get("language", "")
        if typed is None and where in wordbook.languages:
            said = _SAID.get(request.query_params.get(DONE, ""), "")
        values: dict[str, Any] = {
            "sentence": sentence,
            "texts": [
                language_text(wordbook, sentence, code, own.get(code), formats, typed if code == language else None)
                for code in first
                if code in wordbook.languages
            ],
            "problem": words.t(refusal.sentence, **refusal.values) if refusal else "",
            "faulty": refusal.form if refusal else -1,
            "where": language or where,
            "said": words.t(said) if said else "",
            "longest": LONGEST,
        }
        if by_script(request):
            text = next(one for one in values["texts"] if one.language == language)
            return frame.answer(request, "settings/wording_preview.html", part=True, text=text, **values)
        return await settings_page(
            frame,
            request,
            SECTION,
            template="settings/sentence.html",
            status=422 if refusal else 200,
            group=GROUPS[sentence.group],
            **values,
        )

    @router.get(PATH)
    async def sentences(request: Request, q: str = "", show: str = "") -> Response:
        kept, words = await database.read(overrides.read), frame.words(request)
        search, only_changed = " ".join(q[:_SEARCH].split()), show == "changed"
        rows = group_rows(wordbook, kept, words.language, search.casefold(), only_changed=only_changed)
        return await settings_page(
            frame,
            request,
            SECTION,
            groups=[(title, rows[group]) for group, title in GROUPS.items() if group in rows],
            unused=out_of_use(wordbook, kept),
            changed=len({one.key for one in kept}),
            search=search,
            only_changed=only_changed,
            said=words.t(_RESTORED) if request.query_params.get(DONE) == "restored" else "",
        )

    @router.get(PATH + "/{key}")
    async def sentence(request: Request, key: Key) -> Response:
        found = wordbook.find(key)
        return await sentence_page(request, found) if found is not None else frame.nonsense(request)

    @router.post(PATH + "/{key}/{language}")
    async def change(request: Request, key: Key, language: Code) -> Response:
        """Save a text, preview it, or go back to the built-in one: `do` of the form says which."""
        form, by = await request.form(), actor(frame, request)
        found, does = wordbook.find(key), str(form.get("do", "save"))
        if does == "restore":
            await database.write(lambda session: overrides.remove(session, key, language, by))
            there = (
                f"{PATH}/{key}?language={language}&{DONE}=restored#{language}" if found else f"{PATH}?{DONE}=restored"
            )
            return RedirectResponse(there, 303)
        if found is None or language not in wordbook.languages:
            return frame.nonsense(request)
        typed = [str(form.get(f"form-{n}", ""))[:_TYPED] for n in range(_MOST_FORMS) if f"form-{n}" in form]
        sent = found

        def work(session: Session) -> None:
            overrides.save(session, sent, language, typed, by)

        try:
            if does == "preview":
                wordbook.check(found, language, typed)
                return await sentence_page(request, found, language, typed)
            await database.write(work)
        except WordingError as error:
            return await sentence_page(request, found, language, typed, error)
        log.info("the sentence %s was changed in %s by agent %s", key, language, by.agent_id)
        return RedirectResponse(f"{PATH}/{key}?language={language}&{DONE}=saved#{language}", 303)

    return router
