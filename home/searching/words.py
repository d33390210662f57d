"""Words as search compares them: small, without marks, as stems. Pure. The index and the question go the same way, so both
databases hold and ask for the very same.
"""

import unicodedata
from functools import lru_cache

import regex  # type: ignore[import-untyped]
import snowballstemmer

# Neither a letter nor a mark decomposes here, but readers type the plain one. Arabic: teh marbuta, alef maksura, Persian forms.
_PLAIN = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": None,
    }
)  # fmt: skip
_POSSESSIVE = regex.compile(r"['’]s\b", regex.IGNORECASE)
_ELISION = regex.compile(r"(?<=\p{L})['’](?=\p{L})")
# Scripts that set no spaces: each sign is a word.
_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]|[\p{L}\p{N}]+?(?=[\p{Han}\p{Hiragana}\p{Katakana}]|[^\p{L}\p{N}]|$)")
# A word as it is printed, for marking it: with its marks, apostrophes and tatweel.
PRINTED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]|[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}ـ]|['’](?=\p{L}))*")
LONGEST = 60

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


def fold(text: str) -> str:
    """In small letters, without diacritics, tashkeel and tatweel; all forms of alef are one, of yeh, of digits."""
    loose = unicodedata.normalize("NFKD", text)
    bare = "".join(sign for sign in loose if not unicodedata.category(sign).startswith("M"))
    plain = bare.casefold().translate(_PLAIN)
    if not plain.isascii():
        plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in plain)
    return unicodedata.normalize("NFC", plain)


@lru_cache(maxsize=100_000)
def split(text: str) -> tuple[str, ...]:
    """The words of a text, folded."""
    plain = _ELISION.sub(" ", _POSSESSIVE.sub("", text))
    return tuple(word[:LONGEST] for word in _WORD.findall(fold(plain)))


def stem_in(language: str) -> str:
    """The language whose rules of stemming are used for this code; "" where we have none."""
    return language.partition("-")[0] if language.partition("-")[0] in _STEMMERS else ""


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word, by `stem_in`; the word itself where we have no rules."""
    rules = stem_in(language)
    return (_stemmer(rules).stemWord(word) or word) if rules else word


@lru_cache(maxsize=30)
def _stemmer(rules: str) -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer(_STEMMERS[rules])


@lru_cache(maxsize=100_000)
def _stems(printed: str, language: str) -> tuple[str, ...]:
    return tuple(stem(word, language) for word in split(printed))


def stems(text: str, language: str) -> list[str]:
    """All words of a text as stems, in order."""
    return [one for printed in PRINTED.findall(text) for one in _stems(printed, language)]


def stems_of(printed: str, language: str) -> tuple[str, ...]:
    """The stems of one printed word: several where it is elided, as in “l’eau”."""
    return _stems(printed, language)
