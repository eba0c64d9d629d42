"""The languages that Frontdesk speaks: one package for each holds everything the code knows about it.

Code that needs words or letters of a language takes them from `LANGUAGES` and names no language.
"""

from collections.abc import Mapping

from knowledge.languages.en import ENGLISH
from knowledge.languages.hu import HUNGARIAN
from knowledge.languages.language import Command, Language, Saying, wordings
from knowledge.languages.ru import RUSSIAN

__all__ = ["INFLECTIONS", "LANGUAGES", "Command", "Language", "Saying", "wordings"]

LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        RUSSIAN,
        ENGLISH,
        HUNGARIAN,
    )
}
"""By code, in the order of preference: the first language of a script is assumed for a word that shows no other."""
INFLECTIONS = {code: language.inflect_number for code, language in LANGUAGES.items()}
"""By language code: writes a number of a sentence with what depends on it."""
