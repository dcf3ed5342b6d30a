"""The how-to guides, run as they stand."""

import subprocess
import sys

import pytest

from promotions.models import Promotion, PromotionCode, Usage
from tests.docs.pages import SECONDS, is_as_shown, steps
from tests.docs.test_tutorial import HOST
from tests.factories import PromotionCodeFactory, PromotionFactory

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]

BETWEEN_BLOCKS = "\x1e"


@pytest.fixture
def run_program(folder, environment, as_a_client):
    """Runs the Python of a page as one program, and looks at what each of its blocks prints."""

    def run(page):
        blocks = steps(page, "python")
        program = folder / "program.py"
        program.write_text(f"print({BETWEEN_BLOCKS!r})\n".join(block.code for block in blocks))
        ran = subprocess.run(
            [sys.executable, program],
            cwd=folder,
            env=environment | as_a_client,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        for block, printed in zip(blocks, ran.stdout.split(BETWEEN_BLOCKS), strict=True):
            assert is_as_shown(block.shown or "", printed), f"{block.code}\nprinted:\n{printed}"

    return run


def test_the_page_on_curl_works_to_the_letter(shell, live_server):
    terminal = shell()
    for step in steps("how-to/curl.md", "sh"):
        step.code = step.code.replace(HOST, live_server.url)
        terminal.run(step)


def test_the_page_on_python_is_a_program_that_runs(run_program, start_worker):
    start_worker()
    run_program("how-to/python.md")
    assert Promotion.objects.get().code_count == PromotionCode.objects.count() == 500
    assert Usage.objects.count() == 2


def test_the_page_on_mail_services_makes_pieces_of_all_codes(run_program, start_worker, folder):
    start_worker()
    client = steps("how-to/python.md", "python")[0]
    (folder / "backoffice.py").write_text(client.code)
    run_program("how-to/mail-service.md")
    pieces = [path.read_text().splitlines() for path in sorted(folder.glob("codes-*.csv"))]
    assert [piece[0] for piece in pieces] == ["code"] * 3
    codes = [code for piece in pieces for code in piece[1:]]
    assert set(codes) == set(PromotionCode.objects.values_list("code", flat=True))
    assert len(codes) == 2500


def test_the_page_on_elastic_path_moves_everything(shell, live_server, as_a_client):
    """Here the back office plays Elastic Path, too: it answers the same."""
    loyalty, spring = PromotionFactory(name="Loyalty"), PromotionFactory(name="Spring sale")
    PromotionCodeFactory(promotion=spring, code="SPRING-1", uses=2, max_uses=5)
    PromotionCodeFactory(promotion=spring, code="SPRING-2")
    Promotion.objects.filter(pk=spring.pk).reserve(2, 2)
    terminal = shell(
        EPCC=live_server.url, EPCC_CLIENT_ID=as_a_client["CLIENT_ID"], EPCC_CLIENT_SECRET=as_a_client["CLIENT_SECRET"]
    )
    read, *others = steps("how-to/elastic-path.md", "sh")
    terminal.run(read)
    PromotionCode.objects.all().delete()
    Promotion.objects.all().delete()
    for step in others:
        terminal.run(step)
    assert set(Promotion.objects.values_list("uuid", "name", "code_count")) == {
        (loyalty.uuid, "Loyalty", 0),
        (spring.uuid, "Spring sale", 2),
    }
    assert set(PromotionCode.objects.values_list("code", "uses", "max_uses")) == {
        ("SPRING-1", 2, 5),
        ("SPRING-2", None, None),
    }


def test_reading_that_is_refused_leaves_no_file_to_import(shell, live_server, folder, as_a_client):
    terminal = shell(EPCC=live_server.url, EPCC_CLIENT_ID=as_a_client["CLIENT_ID"], EPCC_CLIENT_SECRET="wrong")
    with pytest.raises(AssertionError, match="401"):
        terminal.run(steps("how-to/elastic-path.md", "sh")[0])
    assert not (folder / "moving.json").exists()
