# Built in one image, run in another: the second has neither pip's cache nor build-only packages.
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/frontdesk
WORKDIR /app
# Packages first, so that a change of our own code does not download them again.
COPY requirements.lock ./
RUN /opt/frontdesk/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY LICENSES LICENSES
COPY bot bot
COPY handoff handoff
COPY knowledge knowledge
COPY infra infra
COPY examples examples
# An editable install, as `make setup` does: templates, catalogues and migrations are read beside the code.
RUN /opt/frontdesk/bin/pip install --no-deps --no-build-isolation -e . \
    && /opt/frontdesk/bin/python -m compileall -q bot handoff knowledge infra

FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin frontdesk \
    && install -d -o frontdesk -g frontdesk /var/lib/frontdesk
COPY --from=build /opt/frontdesk /opt/frontdesk
COPY --from=build /app /app
ENV PATH=/opt/frontdesk/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FRONTDESK_DATABASE_URL=sqlite:////var/lib/frontdesk/frontdesk.db \
    FRONTDESK_FILES_DIR=/var/lib/frontdesk/files \
    FRONTDESK_HOST=0.0.0.0
# frontdesk.toml is looked for in the working folder: mount it as /app/frontdesk.toml.
WORKDIR /app
VOLUME /var/lib/frontdesk
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-IS", "/app/bot/cli/health_check.py", "8080"]
USER frontdesk
ENTRYPOINT ["frontdesk"]
CMD ["run"]
