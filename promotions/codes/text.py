"""The text of generated codes: which signs, where dashes go, how many there can be. Nothing about storing them.

A job draws its codes in parts (docs/performance.md): the texts of its length, in the order of their bytes, are cut
into as many equal parts as the job has batches, each batch draws from a part of its own, and `part_of_batch` says
from which. So what is inserted together lies together in the index, and nobody guesses a code more easily:

- Each code is equally likely to be any text without an ugly word. Its batch is equally likely to be in any part, parts
  are equal to within one text, inside its part it is drawn with the randomness of the operating system, and an ugly one
  is drawn again from everywhere.
- A guess hits no more often. Who knows everything but the codes, even which part is whose, still finds in each part
  as many codes to as many texts as in the whole: one in a thousand at most (LARGEST_SHARE), and knowing some of the
  codes only leaves fewer to hit. The order of the parts needs no secret for this; it has one all the same, so that a
  code's place in its job does not say where its text lies. Codes of one batch are stored in their order.
"""

import os
import re
from array import array
from math import gcd

from django.utils.crypto import salted_hmac

# Lower-case letters and digits that nobody confuses when reading them out: no i, l, o, 0, 1. In the order of bytes.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # pragma: allowlist secret
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


def part_of_batch(batch: int, batches: int, job: str) -> int:
    """The part, from 0, that the batch number `batch` of `batches` of the job with the ID `job` draws from.

    No two batches of a job share one, and each is equally likely. It follows from SECRET_KEY and the ID, so any worker
    goes on where another stopped. A new SECRET_KEY in the middle of a job changes the order: some parts are drawn from
    twice then, which costs nothing but that codes lie a little closer there.
    """
    secret = salted_hmac("promotions.codes.text", job, algorithm="sha256").digest()
    step, start = int.from_bytes(secret[:16], "big"), int.from_bytes(secret[16:], "big")
    while gcd(step, batches) != 1:
        step += 1
    return (start + batch * step) % batches


def draw(count: int, code_length: int, prefix: str = "", part: int = 0, parts: int = 1) -> list[str]:
    """Draw `count` different random codes of `code_length` signs, such as `summer-aa2b-3c4d` for the prefix `summer`.

    They come from the `part`, from 0, of `parts` equal ones into which the texts are cut, each text in it equally
    likely; the signs are the operating system's randomness. One with an ugly word is drawn again from all texts: from
    its part, the texts around ugly ones would come up more often, and a part could have nothing else. Sorted by their
    bytes. Whether one is taken already is known to the database.
    """
    space = len(ALPHABET) ** code_length
    texts, ugly = _draw(count, code_length, space * part // parts, space * (part + 1) // parts - 1)
    while ugly:
        others, ugly = _draw(ugly, code_length, 0, space - 1)
        # One that came up before counts as ugly, as it has to be drawn again.
        ugly += len(others & texts)
        texts |= others
    start = f"{prefix.rstrip('-')}-" if prefix else ""
    return [start + text for text in sorted(texts)]


def dashed(text: str) -> str:
    """`text` with a dash after every four signs: `aa2b3c4d5e` becomes `aa2b-3c4d-5e`."""
    return "-".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))


def _draw(count: int, code_length: int, first: int, last: int) -> tuple[set[str], int]:
    """`count` different texts, with dashes, whose numbers are from `first` to `last`, less those that were ugly; and
    how many were."""
    texts: set[str] = set()
    ugly = 0
    while len(texts) + ugly < count:
        found, more_ugly = _draw_once(count - len(texts) - ugly, code_length, first, last)
        texts.update(found)
        ugly += more_ugly
    return texts, ugly


def _draw_once(count: int, code_length: int, first: int, last: int) -> tuple[list[str], int]:
    """Up to `count` texts, with dashes, whose numbers are from `first` to `last`, and how many of them are left out
    because they are ugly.

    Works on columns, the first signs of all texts, then the second and so on, since no loop of Python is as fast.
    """
    columns = _columns(count, code_length, first, last)
    plain = _rows(columns, [*range(code_length)], code_length + 1)
    ugly = {match.start() // (code_length + 1) for match in UGLY.finditer(plain)}
    dashes = [place + place // GROUP for place in range(code_length)]
    width = dashes[-1] + 1
    rows = _rows(columns, dashes, width)
    low, high = dashed(_text(first, code_length)), dashed(_text(last, code_length))
    texts = [rows[i : i + width] for i in range(0, len(rows), width)]
    kept = [text for i, text in enumerate(texts) if i not in ugly] if ugly else texts
    return [text for text in kept if low <= text <= high], sum(low <= texts[i] <= high for i in ugly)


def _columns(count: int, code_length: int, first: int, last: int) -> list[bytes]:
    """The signs of up to `count` texts, place by place: a few first signs together, chosen among those that begin
    texts from `first` to `last`, the others each by itself."""
    length = 1
    while length < code_length and last - first + 1 < len(ALPHABET) ** (code_length - length + 1):
        length += 1
    below = len(ALPHABET) ** (code_length - length)
    heads = [_text(number, length) for number in range(first // below, last // below + 1)]
    chosen = _choices(heads, count)
    count = len(chosen) // length
    others = code_length - length
    signs = _signs(count * others)
    return [chosen[place::length] for place in range(length)] + [signs[place::others] for place in range(others)]


def _choices(options: list[str], count: int) -> bytes:
    """Up to `count` of `options`, each equally likely, one after the other."""
    fair = 2**32 - 2**32 % len(options)
    numbers = array("I", os.urandom(4 * count))
    return "".join([options[number % len(options)] for number in numbers if number < fair]).encode("ascii")


def _signs(count: int) -> bytes:
    signs = b""
    while len(signs) < count:
        wanted = count - len(signs)
        signs += os.urandom(wanted * 256 // _FAIR + 32).translate(_TO_SIGN, _UNFAIR)
    return signs[:count]


def _rows(columns: list[bytes], places: list[int], width: int) -> str:
    """The texts one after the other, `width` signs each, with each of `columns` at its place and dashes elsewhere."""
    rows = bytearray(b"-") * (width * len(columns[0]))
    for place, column in zip(places, columns, strict=True):
        rows[place::width] = column
    return rows.decode("ascii")


def _text(number: int, length: int) -> str:
    """The text number `number`, from 0, of those of `length` signs, in the order of their bytes."""
    signs = []
    for _ in range(length):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return "".join(reversed(signs))
