"""The knowledge base of a running process: its matcher, and edits that notify other processes."""

from pathlib import Path

from sqlalchemy.orm import Session

from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, after_commit
from knowledge.entries import editing
from knowledge.entries.categories import move_category, put_form, release_form
from knowledge.entries.drafts import CategoryDraft, Draft, EntryDraft
from knowledge.entries.forms import Form
from knowledge.files import loading
from knowledge.live.live_matcher import TOPIC, LiveMatcher
from knowledge.live.semantics import Semantics
from knowledge.matching import Embedder, Thresholds


class Library(LiveMatcher):
    """The live matcher of this process, with all edits of the knowledge base.

    The editing methods work in the caller's unit of work; they wrap the functions of `editing` and `loading`.
    """

    def __init__(
        self,
        db: Database,
        bus: Bus,
        clock: Clock,
        thresholds: Thresholds | None = None,
        *,
        saved: Path | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        """`saved` as for `LiveMatcher`; without an embedder, questions are matched by words alone."""
        semantics = Semantics(db, embedder) if embedder is not None else None
        super().__init__(db, bus, thresholds, saved=saved, semantics=semantics)
        self._clock = clock

    def create(self, session: Session, draft: EntryDraft, *, author: str) -> int:
        """Wrap `editing.create_entry`; the following methods wrap the others."""
        self._announce(session)
        return editing.create_entry(session, draft, author=author, at=self._clock())

    def update(self, session: Session, entry_id: int, draft: EntryDraft, *, author: str) -> bool:
        self._announce(session)
        return editing.update_entry(session, entry_id, draft, author=author, at=self._clock())

    def archive(self, session: Session, entry_id: int, *, author: str) -> bool:
        self._announce(session)
        return editing.archive_entry(session, entry_id, author=author, at=self._clock())

    def learn(self, session: Session, entry_id: int, text: str, *, author: str) -> bool:
        self._announce(session)
        return editing.learn(session, entry_id, text, author=author, at=self._clock())

    def undo(self, session: Session, entry_id: int, revision: int, *, author: str) -> bool:
        self._announce(session)
        return editing.undo(session, entry_id, revision, author=author, at=self._clock())

    def put_category(self, session: Session, draft: CategoryDraft) -> int:
        self._announce(session)
        return editing.put_category(session, draft)

    def move_category(self, session: Session, key: str, places: int) -> bool:
        self._announce(session)
        return move_category(session, key, places)

    def put_form(self, session: Session, key: str, form: Form, *, known: str | None = None) -> bool:
        self._announce(session)
        return put_form(session, key, form, at=self._clock(), known=known)

    def release_form(self, session: Session, key: str) -> bool:
        self._announce(session)
        return release_form(session, key)

    def load(self, session: Session, draft: Draft, *, author: str, keep: bool = False) -> loading.Plan:
        """Plan and apply in one step; returns the plan. An empty plan is not applied."""
        plan = loading.plan(session, draft, keep=keep)
        if not plan.empty:
            self.apply(session, draft, plan, author=author)
        return plan

    def apply(self, session: Session, draft: Draft, plan: loading.Plan, *, author: str) -> None:
        """Apply a reviewed plan; raises PlanChangedError if it is outdated."""
        self._announce(session)
        loading.apply(session, draft, plan, author, self._clock)

    def _announce(self, session: Session) -> None:
        after_commit(session, lambda: self._bus.publish(TOPIC))
