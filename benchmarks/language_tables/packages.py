"""The packages that the sentences come from, and their download by name: Debian's packages, PyPI and npm.

All are under permissive licences, the MPL or the WordNet licence; nothing is taken from texts under the GPL, LGPL, AGPL
or GFDL.
"""

import io
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GETTEXT = r"/(?P<lang>ru|hu)(?:_(?:RU|HU))?/LC_MESSAGES/\w+\.mo$"
"""Compiled message catalogues, whose keys are the English texts."""

_LANG = r"(?P<lang>ru|hu|en)(?:[-_](?:RU|HU|US|GB|EN))?"


@dataclass(frozen=True)
class Package:
    """A package, its licence, and a pattern of its files with the group `lang` and, if need be, `rest`.

    Files that differ only in `lang` translate each other, also those of different packages of one `project`. Debian
    serves only the newest version of a release, so those have none here.
    """

    registry: str
    name: str
    version: str
    licence: str
    files: str
    project: str = ""


def _debian(names: str, licence: str, files: str, project: str) -> list[Package]:
    return [Package("apt", name, "", licence, files, project) for name in names.split()]


_MOZILLA = rf"langpack-{_LANG}@[^/]+/(?P<rest>.*\.(?:ftl|properties))$"
_HOME = rf"/translations/(?:[\w-]+/)?{_LANG}-\w+\.json$"

PACKAGES = (
    Package("pip", "django", "5.2.19", "BSD-3-Clause", GETTEXT),
    Package("pip", "django-allauth", "65.22.1", "MIT", GETTEXT),
    Package("pip", "django-cms", "5.1.3", "BSD-3-Clause", GETTEXT),
    Package("pip", "django-helpdesk", "2.6.1", "BSD-3-Clause", GETTEXT),
    Package("pip", "django-machina", "1.3.1", "BSD-3-Clause", GETTEXT),
    Package("pip", "django-oscar", "4.2.1", "BSD-3-Clause", GETTEXT),
    Package(
        "pip", "home-assistant-frontend", "20250109.2", "Apache-2.0", rf"/translations/(?:[\w-]+/)?{_LANG}-\w+\.json$"
    ),
    Package("pip", "homeassistant", "2024.3.3", "Apache-2.0", rf"/components/\w+/translations/{_LANG}\.json$"),
    Package("pip", "kolibri", "0.19.5", "MIT", rf"kolibri/locale/{_LANG}/LC_MESSAGES/(?P<rest>.*)\.json$"),
    Package("pip", "mezzanine", "6.1.1", "BSD-2-Clause", GETTEXT),
    Package("pip", "spyder", "6.1.8", "MIT", GETTEXT),
    Package("pip", "thonny", "5.0.1", "MIT", GETTEXT),
    Package("pip", "wagtail", "8.0.1", "BSD-3-Clause", GETTEXT),
    Package("npm", "@medusajs/dashboard", "2.21.2", "MIT", rf"/i18n/translations/{_LANG}\.json$"),
    Package("npm", "@openstreetmap/id-tagging-schema", "6.19.2", "ISC", rf"/dist/translations/{_LANG}\.json$"),
    Package("npm", "@payloadcms/translations", "3.90.2", "MIT", rf"/dist/languages/{_LANG}\.js$"),
    Package("npm", "@strapi/admin", "4.26.2", "MIT", rf"/dist/_chunks/{_LANG}-[\w-]+\.mjs$"),
    Package("npm", "@uppy/locales", "5.2.0", "MIT", rf"/lib/{_LANG}\.js$"),
    Package("npm", "keycloakify", "11.16.0", "MIT and Apache-2.0", rf"/messages_defaultSet/{_LANG}\.js$"),
    Package("npm", "matrix-react-sdk", "3.82.0", "Apache-2.0", rf"/i18n/strings/{_LANG}\.json$"),
    Package("npm", "scratch-l10n", "6.1.116", "BSD-3-Clause", rf"/(?:www|editor)/[\w.-]+/{_LANG}\.json$"),
    *_debian("chromium-common chromium-l10n", "BSD-3-Clause", rf"/locales/{_LANG}\.pak$", "chromium"),
    *_debian("firefox-esr-l10n-en-gb firefox-esr-l10n-ru firefox-esr-l10n-hu", "MPL-2.0", _MOZILLA, "firefox"),
    *_debian("thunderbird-l10n-en-gb thunderbird-l10n-ru thunderbird-l10n-hu", "MPL-2.0", _MOZILLA, "thunderbird"),
    *_debian("libreoffice-l10n-ru libreoffice-l10n-hu", "MPL-2.0", GETTEXT, "libreoffice"),
    *_debian(
        "libreoffice-help-en-us libreoffice-help-ru libreoffice-help-hu",
        "MPL-2.0",
        rf"/help/{_LANG}/text/(?P<rest>.*\.html)$",
        "libreoffice-help",
    ),
    Package("apt", "wordnet-base", "", "WordNet", r"/wordnet/data\.(?P<rest>\w+)$"),
)


def fetch(package: Package, folder: Path) -> Path:
    """Download the package by the registry's ordinary client, unless the folder has it, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    found = _downloaded(package, folder)
    if not found:
        version = f"@{package.version}" if package.registry == "npm" else f"=={package.version}"
        command = {
            "pip": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"],
            "npm": ["npm", "pack", "--silent"],
            "apt": ["apt-get", "download", "-qq"],
        }[package.registry]
        subprocess.run([*command, package.name + (version if package.version else "")], cwd=folder, check=True)  # noqa: S603
        found = _downloaded(package, folder)
    return found[-1]


def _downloaded(package: Package, folder: Path) -> list[Path]:
    """Return the files of the package, whose names registries spell in ways of their own."""
    name = package.name.strip("@").replace("/", "-")
    wanted = {
        "pip": f"{name.replace('-', '_')}-{package.version}-*.whl",
        "npm": f"{name}-{package.version}.tgz",
        "apt": f"{name}_*.deb",
    }
    return sorted(folder.glob(wanted[package.registry]))


def files(package: Package, file: Path) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield (name without its language, language, suffix, content) of each file that the pattern describes."""
    wanted = re.compile(package.files)
    for name, content in _members(file):
        found = wanted.search(name)
        if found:
            groups = found.groupdict()
            end = name[: found.start("lang")] if "lang" in groups else name
            shared = groups.get("rest") or end.lstrip("./")
            yield shared, groups.get("lang", "en"), name.rsplit(".", 1)[-1], content


def _members(file: Path) -> Iterator[tuple[str, bytes]]:
    if file.suffix == ".whl":
        yield from _zipped(file.read_bytes())
    elif file.suffix == ".deb":
        command = ["dpkg-deb", "--fsys-tarfile", str(file)]
        unpacked = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the two lines above
        yield from _untarred(unpacked.stdout)
    else:
        yield from _untarred(file.read_bytes())


def _untarred(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        for member in opened:
            content = opened.extractfile(member) if member.isfile() else None
            if content and member.name.endswith(".xpi"):  # an archive in the archive
                folder = member.name.rsplit("/", 1)[-1]
                yield from ((f"{folder}/{name}", inner) for name, inner in _zipped(content.read()))
            elif content:
                yield member.name, content.read()


def _zipped(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            yield name, opened.read(name)
