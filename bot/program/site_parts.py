"""Adapter from `App` to the parts that the pages need; only a process that serves pages imports it."""

from bot.program.app import App
from bot.web.site import SiteParts


def site_parts(app: App) -> SiteParts:
    """Return the parts of `app` that the pages, the REST interface and the webhooks are built from."""
    settings = app.settings
    return SiteParts(
        readiness=app.readiness_parts,
        db=app.db,
        bus=app.bus,
        clock=app.clock,
        library=app.library,
        outbox=app.outbox,
        desk=app.desk,
        staff=app.staff,
        team=app.team,
        webhooks=app.webhooks,
        files=app.files,
        rules=app.attachments.rules,
        channels=app.channels,
        inlet=app.intake.inlet,
        language=settings.language,
        public_url=str(settings.public_url) if settings.public_url else None,
        embed_sites=settings.embed_sites,
        attachment_mb=settings.attachment_mb,
        private_link_days=settings.private_link_days,
    )
