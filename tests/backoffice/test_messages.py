"""The catalogues of translations: complete, and what the tool finds when they are not."""

import pytest
from babel.messages.catalog import Catalog, Message

from tools import messages


def test_the_catalogues_have_every_text_of_ours_translated_and_compiled():
    assert messages.check() == []


def test_texts_are_found_in_code_and_in_templates_with_their_plurals():
    found = messages.template()
    assert found.get("Only pending or processing jobs can be cancelled")
    assert found.get("Where it stands")
    assert found.get(("Cancel %(counter)s job", "Cancel %(counter)s jobs"))
    assert found.get("j F Y, H:i", "format of a moment")


@pytest.mark.parametrize(
    ("text", "translation", "fault"),
    [
        ("Cancel", "", "is not translated"),
        ("%(count)s more", "mehr", "has other placeholders"),
        ("%(count)s more", "%(zahl)s mehr", "has other placeholders"),
        ("Done.", "Fertig", "does not end as"),
        (("%(count)s code", "%(count)s codes"), ("%(count)s Code", ""), "is not translated"),
        (("%(count)s code", "%(count)s codes"), ("%(count)s Code", "Codes"), "has other placeholders"),
    ],
)
def test_a_translation_that_is_missing_or_does_not_fit_is_a_fault(text, translation, fault):
    [found] = messages.faults_of(Message(text, translation))
    assert fault in found


def test_a_catalogue_out_of_step_with_the_code_is_told():
    wanted, catalog = Catalog(), Catalog("de", fuzzy=False)
    wanted.add("new")
    wanted.add("unsure")
    catalog.add("old", "alt")
    catalog.add("unsure", "unsicher", flags=["fuzzy"])
    assert list(messages.faults("de", catalog, wanted)) == [
        "de: lacks 'new'",
        "de: has 'old', which the code has not",
        "de: is not sure of 'unsure'",
    ]
