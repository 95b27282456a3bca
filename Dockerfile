# The product for both compose profiles. Not root, read-only but for /var/lib/lamro and /tmp, libraries by hash.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/lamro
COPY requirements.lock ./
RUN /opt/lamro/bin/python -m pip install --require-hashes --only-binary :all: -r requirements.lock
COPY . .
# One lock file serves work and production; what only tests and checks need is taken out again.
RUN /opt/lamro/bin/python -m pip install --no-build-isolation --no-deps --no-index . \
    && /opt/lamro/bin/python -m pip uninstall --yes \
        pytest pytest-xdist pytest-timeout pytest-playwright playwright hypothesis time-machine ruff mypy import-linter setuptools pip

FROM python:3.11-slim-bookworm
# Pango makes the PDF of digests, LibreOffice that of documents; without the fonts both print in others than Decree 30 asks for.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fonts-liberation2 fonts-noto-cjk fonts-noto-core libpango-1.0-0 libpangoft2-1.0-0 libreoffice-writer-nogui \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/lamro --shell /usr/sbin/nologin lamro \
    && install --directory --owner=lamro --group=lamro --mode=0700 /var/lib/lamro
COPY --from=build /opt/lamro /opt/lamro
ENV PATH=/opt/lamro/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    LAMRO_HOME=/var/lib/lamro
USER lamro
WORKDIR /var/lib/lamro
VOLUME /var/lib/lamro
EXPOSE 8080
ENTRYPOINT ["lamro"]
CMD ["serve"]
