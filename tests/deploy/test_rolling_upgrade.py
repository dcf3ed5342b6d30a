"""Old and new code side by side over one migration, as docs/deployment.md has upgrades."""

import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager

import pytest
import requests
from django.db import IntegrityError

from promotions.jobs.create import create_job
from promotions.models import JobType, PromotionCode
from promotions.states import Status
from tests.factories import JobFactory, PromotionFactory
from tests.large_job import new_large_job, status, wait_for_end, wait_for_progress
from tests.processes import ROOT, environment, free_port, wait_until

CODE = ["manage.py", "gunicorn.conf.py", "backoffice", "promotions", "templates"]
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("promotions", "{before}")]
    operations = [migrations.AddField("job", "remark", {field})]
"""
# A field with a default in the database, and one whose default only the new code knows.
ADDITIVE = 'models.CharField(max_length=50, db_default="")'
NOT_ADDITIVE = 'models.CharField(max_length=50, default="")'


class Release:
    """A copy of this code in a folder of its own, whose jobs have one more field."""

    # What its processes need instead of tests.settings, which is no part of it.
    settings = {
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "SECRET_KEY": "only for tests, which keep no secrets",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS_ONLY": "false",
    }

    def __init__(self, folder, field):
        self.folder = folder
        for name in CODE:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        migrations = folder / "promotions/migrations"
        self.before = max(path.stem for path in migrations.glob("[0-9]*.py"))
        text = MIGRATION.format(before=self.before, field=field)
        (migrations / f"{int(self.before[:4]) + 1:04}_remark.py").write_text(text)
        model = folder / "promotions/models/job.py"
        marker = "    objects = JobQuerySet.as_manager()\n"
        text = model.read_text()
        assert marker in text
        model.write_text(text.replace(marker, f"    remark = {field}\n\n{marker}"))

    def migrate(self, *arguments):
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", *arguments]
        subprocess.run(command, cwd=self.folder, env=environment(**self.settings), check=True)

    def start(self, start, *arguments, **settings):
        return start(*arguments, cwd=self.folder, **self.settings, **settings)


@pytest.fixture
def new_release(transactional_db, tmp_path):
    """Makes a new release with one more field; in the end its migration is taken back."""
    made = []

    def make(field):
        made.append(Release(tmp_path, field))
        return made[0]

    yield make
    for release in made:
        release.migrate("promotions", release.before)


def start_job(api, url, promotion, number=1000):
    body = {"type": "promotion_job", "job_type": "code_generate", "parameters": {"number_of_codes": number}}
    answer = api.post(f"{url}/v2/promotions/{promotion.uuid}/jobs", json={"data": body})
    assert answer.status_code == 201, answer.text
    return f"{url}/v2/promotions/{promotion.uuid}/jobs/{answer.json()['data']['id']}"


def test_old_and_new_code_work_side_by_side_over_an_additive_migration(
    new_release, start, start_worker, api, get_token
):
    """This process is the old web process, which does not know of the migration."""
    new = new_release(ADDITIVE)
    large = new_large_job()
    old_worker = start_worker(PROMOTIONS_JOB_SLICE="1")
    wait_for_progress(large)
    new.migrate()

    # The old code goes on with what it has begun, and begins, cancels and ends what comes.
    job = create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=1000)
    wait_for_end(job)
    assert job.status == Status.COMPLETED
    pending = JobFactory()
    assert api.post(f"/v2/promotions/{pending.promotion.uuid}/jobs/{pending.uuid}/cancel").status_code == 200
    assert status(pending) == Status.CANCELLED

    # Its worker drains, and the new one goes on with its job.
    port = free_port()
    new.start(start, "-m", "gunicorn", PORT=str(port), WEB_CONCURRENCY="1")
    new.start(start, "manage.py", "run_worker", "--interval", "0.1")
    old_worker.send(signal.SIGTERM)
    assert old_worker.child.wait(20) == 0
    wait_for_end(large)
    assert (large.status, large.generated) == (Status.COMPLETED, PromotionCode.objects.filter(job=large).count())

    # The new web process has the same clients and tokens, and its jobs are the old one's to see and to cancel.
    wait_until(lambda: is_listening(port))
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {get_token()}"
    address = start_job(session, f"http://127.0.0.1:{port}", PromotionFactory())
    wait_until(lambda: session.get(address).json()["data"]["status"] == "completed")
    assert api.get(address.partition(str(port))[2]).json()["data"]["status"] == "completed"


def is_listening(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def test_a_column_without_a_default_in_the_database_would_stop_the_old_code(new_release):
    """The control of the test above, and the reason for the rule."""
    new_release(NOT_ADDITIVE).migrate()
    with pytest.raises(IntegrityError):
        create_job(PromotionFactory(), JobType.CODE_GENERATE, number_of_codes=1000)


@pytest.mark.once
def test_while_the_web_process_is_restarted_no_request_fails(transactional_db):
    """The port is systemd's (promotions-web.socket), here this process's: what comes meanwhile waits in it."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as port, ExitStack() as last:
        first = start_on(port, last)
        with asked_on_and_on(f"http://127.0.0.1:{port.getsockname()[1]}/v2/promotions") as answers:
            wait_until(lambda: len(answers) > 5)
            first.terminate()
            assert first.wait(30) == 0
            before = len(answers)
            second = start_on(port, last)
            wait_until(lambda: len(answers) > before + 20)
        assert second.poll() is None
    assert set(answers) == {401}


# What systemd does before it runs a program: the port becomes its file 3.
HANDED_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--log-level", "warning"])
"""


def start_on(port, last):
    """A gunicorn that is handed the port; it ends with `last`."""
    command = [sys.executable, "-c", HANDED_OVER, str(port.fileno())]
    child = subprocess.Popen(command, cwd=ROOT, env=environment(LOG_LEVEL="ERROR"), pass_fds=[port.fileno()])
    last.callback(child.wait, 10)
    last.callback(child.kill)
    return child


@contextmanager
def asked_on_and_on(url):
    """Asks in a thread; yields the list of what was answered so far: each a status, or what went wrong."""
    stopped, answers = threading.Event(), []

    def ask():
        while not stopped.is_set():
            try:
                answers.append(requests.get(url, timeout=30).status_code)
            except requests.RequestException as error:
                answers.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        stopped.set()
        thread.join(40)
