"""The text of generated codes: which signs, where dashes go, how many there can be. Nothing about storing them."""

import os
import re

# Lower-case letters and digits that nobody confuses when reading them out: no i, l, o, 0, 1.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUP = 4

# A job may fill at most this share of the texts that its length leaves, so that guessing stays hopeless.
LARGEST_SHARE = 1 / 1000

# What a shop would not like to print. Words with i, l or o cannot come up.
UGLY = re.compile("anus|arse|ass|a55|crap|cum|cunt|dyke|fag|fuck|fuk|kkk|rape|sex|s3x|5ex|turd|twat|wank")

# Bytes from 248 on are thrown away: 248 is a multiple of 31, so each sign is equally likely.
_FAIR = 256 - 256 % len(ALPHABET)
_TO_SIGN = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR = bytes(range(_FAIR, 256))


def most_codes(code_length: int) -> int:
    """How many codes of `code_length` signs one job may make."""
    return int(len(ALPHABET) ** code_length * LARGEST_SHARE)


def draw(count: int, code_length: int, prefix: str = "") -> list[str]:
    """Draw `count` random codes of `code_length` signs, such as `summer-aa2b-3c4d` for the prefix `summer`.

    The signs come from the operating system's randomness, each text equally likely; a text with an ugly word
    is drawn again. Texts may repeat, in one draw and between draws: uniqueness is the database's.
    """
    texts: list[str] = []
    while len(texts) < count:
        texts += _draw_once(count - len(texts), code_length)
    start = f"{prefix.rstrip('-')}-" if prefix else ""
    return [start + dashed(text) for text in texts]


def dashed(text: str) -> str:
    """`text` with a dash after every four signs: `aa2b3c4d5e` becomes `aa2b-3c4d-5e`."""
    return "-".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))


def _draw_once(count: int, code_length: int) -> list[str]:
    signs = _signs(count * code_length)
    texts = [signs[i : i + code_length] for i in range(0, len(signs), code_length)]
    return [text for text in texts if not UGLY.search(text)]


def _signs(count: int) -> str:
    signs = b""
    while len(signs) < count:
        wanted = count - len(signs)
        signs += os.urandom(wanted * 256 // _FAIR + 32).translate(_TO_SIGN, _UNFAIR)
    return signs[:count].decode("ascii")
