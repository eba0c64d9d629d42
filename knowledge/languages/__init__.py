"""The languages that Frontdesk speaks: one module for each holds everything the code knows about it.

Code that needs words or letters of a language takes them from `LANGUAGES` and names no language.
"""

from collections.abc import Mapping

from knowledge.languages.en import ENGLISH
from knowledge.languages.hu import HUNGARIAN
from knowledge.languages.language import Command, Language, ShortMessage
from knowledge.languages.ru import RUSSIAN

__all__ = ["LANGUAGES", "Command", "Language", "ShortMessage"]

LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        RUSSIAN,
        ENGLISH,
        HUNGARIAN,
    )
}
"""By code, in the order of preference: the first language of a script is assumed for a word that shows no other."""
