"""Texts and bytes that are nearly right: what typing errors, broken disks and killed programs make of a file."""

import random
import re

NONSENSE = (
    *(
        "nan",
        "inf",
        "-inf",
        "-1",
        "0",
        "1e308",
        "-1e308",
        "1e-320",
        "1e999",
        "1e",
        "--1",
        ".",
        "0x10",
        "1_000",
        "٣",
        "½",
    ),
    *("99999999999999999999", "9223372036854775807", "-9223372036854775808", "2147483648", "1" * 400),
    *(":", "+", "<->", "->", "(", ")", "((", "#", ";", "'", '"', "\\", "/", "../x", "%s", "{}", "true", "NONE"),
    *("A:B:C", "A:DIFFUSING", "µm", "é", "日本", "\x00", "\ufeff", "\u202e", "a" * 3000, "(" * 400),
    *("FILAMENT", "F", "LINKER", "BUBBLE", "MEMBRANE", "BRANCHER"),
)
_WORD = re.compile(r"\S+")


def mutated(text: str, random_: random.Random) -> bytes:
    """The text with one to five mistakes in it."""
    for _ in range(random_.choice((1, 1, 1, 2, 3, 5))):
        text = random_.choice(_MISTAKES)(text, random_)
    data = text.encode("utf-8", "surrogatepass")
    return mutated_bytes(data, random_) if random_.random() < 0.1 else data


def mutated_bytes(data: bytes, random_: random.Random, *, most: int = 6) -> bytes:
    """The bytes with some of them changed, cut off, repeated or inserted."""
    changed = bytearray(data)
    for _ in range(random_.randint(1, most)):
        at = random_.randrange(len(changed) + 1)
        kind = random_.randrange(8)
        if kind == 0 and random_.random() < 0.3:
            del changed[at:]
        elif kind == 1:
            changed[at:at] = random_.randbytes(random_.randint(1, 16))
        elif kind == 2:
            del changed[at : at + random_.randint(1, 32)]
        elif at < len(changed):
            changed[at] = random_.choice(
                (0, 0xFF, 0x7F, changed[at] ^ (1 << random_.randrange(8)), random_.randrange(256))
            )
    return bytes(changed)


def _replace_word(text, random_):
    return _at_word(text, random_, lambda word: random_.choice(NONSENSE))


def _drop_word(text, random_):
    return _at_word(text, random_, lambda word: "")


def _double_word(text, random_):
    return _at_word(text, random_, lambda word: f"{word} {word}")


def _negate(text, random_):
    return _at_word(text, random_, lambda word: f"-{word}")


def _cut_word(text, random_):
    return _at_word(text, random_, lambda word: word[: random_.randrange(len(word))])


def _swap_words(text, random_):
    words = list(_WORD.finditer(text))
    if len(words) < 2:
        return text
    a, b = sorted(random_.sample(words, 2), key=lambda m: m.start())
    return text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :]


def _at_word(text, random_, change):
    words = list(_WORD.finditer(text))
    if not words:
        return text
    word = random_.choice(words)
    return text[: word.start()] + change(word.group()) + text[word.end() :]


def _lines(change):
    def mistake(text, random_):
        lines = text.split("\n")
        change(lines, random_.randrange(len(lines)), random_)
        return "\n".join(lines)

    return mistake


def _drop_line(lines, at, random_):
    del lines[at]


def _double_line(lines, at, random_):
    lines.insert(at, lines[at])


def _join_lines(lines, at, random_):
    lines[at : at + 2] = [random_.choice((" ", "")).join(lines[at : at + 2])]


def _move_line(lines, at, random_):
    line = lines.pop(at)
    lines.insert(random_.randrange(len(lines) + 1), line)


def _blank_line(lines, at, random_):
    lines.insert(at, random_.choice(("", "   ", "\t", "\x0b", "\x1c", "\u2028")))


def _truncate(text, random_):
    return text[: random_.randrange(len(text) + 1)]


def _foreign_ends(text, random_):
    return text.replace("\n", random_.choice(("\r\n", "\r", "\n\n", "\x85")))


_MISTAKES = (
    *(_replace_word, _replace_word, _replace_word, _drop_word, _double_word, _negate, _cut_word, _swap_words),
    *map(_lines, (_drop_line, _double_line, _join_lines, _move_line, _blank_line)),
    *(_truncate, _foreign_ends),
)
