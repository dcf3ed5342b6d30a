"""The catalogues of translations: `make messages` brings them in step with the code, `--check` says what is wrong.

With Babel, so that nothing but Python is needed. Beside our own texts the catalogues have those of the admin's theme
that Django does not translate, since the theme has no catalogues.
"""

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("de", "fr")

# What staff see. The API and the commands speak English only.
SOURCES = ("backoffice", "promotions", "templates")
ENGLISH_ONLY = ("promotions/api/", "promotions/management/", "promotions/ops/", "promotions/migrations/")
THEME = ("templates", "contrib/filters", "admin.py", "forms.py", "mixins/base_model_admin.py", "widgets.py")

KEYWORDS: dict[str, tuple[object, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%[sd%]|(?<!\{)\{\w*\}(?!\})")
PUNCTUATION = re.compile(r"(?:[.:?!…]|\.\.\.)?\s*$")


class OurCatalog(Catalog):
    """A catalogue of a language, headed by what is needed to read it and nothing else: neither dates nor versions, on
    which two branches would never agree."""

    def __init__(self, language: str) -> None:
        super().__init__(language, fuzzy=False, header_comment="#")

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def files() -> Iterator[tuple[Path, str]]:
    """Every file with texts for staff, and its name in the catalogues."""
    for path in sorted(path for source in SOURCES for path in (ROOT / source).rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in (".py", ".html") and not name.startswith(ENGLISH_ONLY):
            yield path, name


def theme_files() -> Iterator[tuple[Path, str]]:
    """The same of the theme."""
    import unfold

    root = Path(unfold.__file__).parent
    for part in THEME:
        inside = sorted((root / part).rglob("*")) if (root / part).is_dir() else [root / part]
        yield from (
            (path, f"unfold/{path.relative_to(root).as_posix()}") for path in inside if path.suffix in (".py", ".html")
        )


def texts(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """The texts of a file, and the context of each. A template is read as Django reads it for gettext."""
    source = path.read_text()
    # In brackets no line of it begins anything.
    code = source if path.suffix == ".py" else f"(\n{templatize(source)}\n)"
    for _line, function, found, _comments in extract_python(io.BytesIO(code.encode()), list(KEYWORDS), [], {}):
        given = [one for one in (found if isinstance(found, tuple) else (found,)) if isinstance(one, str)]
        if function in ("pgettext", "npgettext"):
            yield (given[1] if function == "pgettext" else (given[1], given[2])), given[0]
        elif function == "ngettext" and len(given) >= 2:
            yield (given[0], given[1]), None
        elif given and given[0]:
            yield given[0], None


def template() -> Catalog:
    """All texts as they are in the code now, without translations."""
    catalog = Catalog()
    for path, name in files():
        for text, context in texts(path):
            catalog.add(text, locations=[(name, 0)], context=context)
    ours = {(message.id if isinstance(message.id, str) else message.id[0]) for message in catalog if message.id}
    known = [djangos(language) for language in LANGUAGES]
    for path, name in theme_files():
        for text, context in texts(path):
            single = text if isinstance(text, str) else text[0]
            if single not in ours and not all(single in translated for translated in known):
                catalog.add(text, locations=[(name, 0)], context=context)
    return catalog


def djangos(language: str) -> set[str]:
    """What Django itself translates, in the parts of it that we use."""
    import django

    root = Path(django.__file__).parent
    parts = ("conf", "contrib/admin", "contrib/auth")
    found: set[str] = set()
    for part in parts:
        with (root / part / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
            # Its dictionary is what a translation has no other way to be asked for.
            catalog = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        # The key of a plural has its number beside the text.
        found |= {key if isinstance(key, str) else key[0] for key in catalog}
    return found


def po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def compiled(language: str, catalog: Catalog) -> bytes:
    """The catalogue as it is read at run time."""
    ours, buffer = OurCatalog(language), io.BytesIO()
    for message in catalog:
        if message.id:
            ours.add(message.id, message.string, context=message.context)
    write_mo(buffer, ours)
    return buffer.getvalue()


def strings(message: Message) -> tuple[str, ...]:
    """The translations of a text: of one with a plural, each of them."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def faults(language: str, catalog: Catalog, wanted: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, one line each."""
    for message in wanted:
        here = catalog.get(message.id, message.context)
        if message.id and (here is None or (here.id != message.id)):
            yield f"{language}: lacks {message.id!r}"
    for message in catalog:
        if not message.id:
            continue
        if wanted.get(message.id, message.context) is None:
            yield f"{language}: has {message.id!r}, which the code has not"
        if message.fuzzy:
            yield f"{language}: is not sure of {message.id!r}"
        yield from (f"{language}: {fault}" for fault in faults_of(message))


def faults_of(message: Message) -> Iterator[str]:
    """What is wrong with one translation: there must be one, with the same placeholders and the same end."""
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    if not all(strings(message)):
        yield f"{message.id!r} is not translated"
        return
    for text in strings(message):
        # A plural of one may do without its number.
        if not any(sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(one)) for one in ids):
            yield f"{text!r} has other placeholders than {ids[-1]!r}"
        if not any(end(text) == end(one) for one in ids):
            yield f"{text!r} does not end as {ids[-1]!r} does"


def end(text: str) -> str:
    """The sign that a text ends with, if it is one of a sentence's; a language may put a space before it."""
    found = PUNCTUATION.search(text.replace("…", "..."))
    return found[0].strip() if found else ""


def check() -> list[str]:
    """What is wrong with all of them."""
    wanted = template()
    found = []
    for language in LANGUAGES:
        catalog = read(po(language))
        found += faults(language, catalog, wanted)
        if po(language).with_suffix(".mo").read_bytes() != compiled(language, catalog):
            found.append(f"{language}: django.mo is not what django.po says")
    return found


def update() -> None:
    """Bring the catalogues in step with the code, and compile them. New texts are added without a translation."""
    wanted = template()
    for language in LANGUAGES:
        path = po(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = OurCatalog(language)
        before = read(path) if path.exists() else Catalog(language)
        for message in wanted:
            if not message.id:
                continue
            old = before.get(message.id, message.context)
            kept = old.string if old is not None and old.id == message.id else None
            catalog.add(message.id, kept, locations=message.locations, context=message.context)
        with path.open("wb") as file:
            # The numbers of lines would change with nearly every commit.
            write_po(file, catalog, width=120, sort_output=True, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(language, read(path)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, and say what is wrong")
    if not parser.parse_args().check:
        update()
    found = check()
    sys.stdout.writelines(f"{one}\n" for one in found)
    return 1 if found else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
