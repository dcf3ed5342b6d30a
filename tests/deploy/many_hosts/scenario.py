"""What happens to the hosts, and what is measured on the way."""

import csv
import random
import time
from collections import Counter

import django

django.setup()

import requests  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.database import own_database  # noqa: E402
from promotions.models import Job  # noqa: E402
from promotions.states import Status  # noqa: E402
from tests.chaos.storm import verdict  # noqa: E402
from tests.chaos.storm.__main__ import CLIENTS, USES, new_shop, new_token, wait_for_calm  # noqa: E402
from tests.chaos.storm.clients import Client, Told  # noqa: E402
from tests.chaos.storm.faults import wait_for_web  # noqa: E402
from tests.deploy.nginx import Nginx  # noqa: E402
from tests.large_job import let_lease_run_out  # noqa: E402
from tests.processes import wait_until  # noqa: E402

WEB = ("-m", "gunicorn", "--bind", "0.0.0.0:8000", "--log-level", "error")
WORKER = ("manage.py", "run_worker", "--interval", "0.2")
QUIET = {"LOG_LEVEL": "CRITICAL"}


def run(network, options, folder):
    """All of it, on a database of its own; returns the figures and the findings."""
    with own_database():
        place = Place(network, folder)
        try:
            told = Told()
            figures = Story(place, options).tell()
            figures |= {"failures": fail_at_random(place, told, options)} if options.seconds else {}
            wrong = verdict.findings(told, USES)
            return figures | verdict.figures(told) | {"seed": options.seed, "findings": wrong}
        finally:
            place.end()


class Place:
    """The hosts, nginx before the two web hosts, and a client's token."""

    def __init__(self, network, folder):
        self.webs = [network.host(f"web{number}") for number in (1, 2)]
        self.workers = [network.host(f"worker{number}") for number in (1, 2, 3)]
        for host in self.webs:
            host.boot(*WEB, ALLOWED_HOSTS=f"localhost,{host.address}", **QUIET)
        self.nginx = Nginx(folder, *(f"{host.address}:8000" for host in self.webs))
        self.nginx.start()
        for host in self.webs:
            wait_for_web(f"http://{host.address}:8000")
        self.codes, self.token = new_shop(), new_token()
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def end(self):
        self.nginx.end()
        for host in [*self.webs, *self.workers]:
            host.shut_down()

    def ask(self, method, path, **arguments):
        return self.http.request(method, self.nginx.http + path, timeout=60, **arguments)

    def create(self, promotion, **job):
        """Starts a job through nginx, on whichever web host it comes to; returns its row."""
        body = {"data": {"type": "promotion_job", **job}}
        answer = self.ask("POST", f"/v2/promotions/{promotion}/jobs", json=body)
        assert answer.status_code == 201, answer.text
        return Job.objects.get(uuid=answer.json()["data"]["id"])


class Story:
    """One large job whose worker is cut off in its midst, and its export while a web host is away."""

    def __init__(self, place, options):
        self.place, self.codes, self.hurry = place, options.codes, options.hurry
        self.promotion = next(iter(place.codes))

    def tell(self):
        first = self.place.workers[0]
        first.boot(*WORKER, **QUIET)
        parameters = {"number_of_codes": self.codes, "code_length": 14}
        job = self.place.create(self.promotion, job_type="code_generate", parameters=parameters)
        wait_until(lambda: Job.objects.get(pk=job.pk).generated > self.codes / 10)
        first.pull_the_cable()
        cut = time.monotonic()
        figures = self.others_finish(job, cut) | self.a_web_host_loses_power()
        first.put_the_cable_back()
        # Enough for it to notice, and to do harm if it could.
        time.sleep(1 if self.hurry else 5)
        return {"codes": self.codes} | figures

    def others_finish(self, job, cut):
        for host in self.place.workers[1:]:
            host.boot(*WORKER, **QUIET)
        figures = {}
        if self.hurry:
            wait_until(lambda: has_stopped(job))
            let_lease_run_out(job)
        else:
            wait_until(lambda: is_given_up(self.place.workers[0]))
            figures["seconds_from_cut_until_the_database_gave_it_up"] = round(time.monotonic() - cut, 1)
        wait_until(lambda: Job.objects.get(pk=job.pk).lease_token > 1)
        taken = time.monotonic() - cut
        wait_until(lambda: Job.objects.get(pk=job.pk).status == Status.COMPLETED, seconds=300)
        return figures | {
            "seconds_from_cut_to_takeover": round(taken, 1),
            "seconds_from_cut_to_completed": round(time.monotonic() - cut, 1),
        }

    def a_web_host_loses_power(self):
        first = self.place.webs[0]
        job = self.place.create(self.promotion, job_type="code_export")
        first.lose_power()
        lost = time.monotonic()
        path = f"/v2/promotions/{self.promotion}/jobs/{job.uuid}"
        answers, slowest = Counter(), 0.0
        while time.monotonic() - lost < (3 if self.hurry else 10) or self.status_of(path, answers) != "completed":
            before = time.monotonic()
            self.status_of(path, answers)
            slowest = max(slowest, time.monotonic() - before)
            time.sleep(0.05)
        rows = self.rows_of(path)
        first.get_power_back()
        return {
            "answers_while_a_web_host_was_away": dict(answers),
            "seconds_of_the_slowest": round(slowest, 1),
            "rows_by_presigned_link": rows,
        }

    def rows_of(self, path):
        """How many rows the export has, by its link: all that a client who is not ours has is what the link says."""
        href = self.place.ask("GET", f"{path}/file").json()["href"]
        assert "X-Amz-Signature" in href
        with requests.get(href, stream=True, timeout=60) as file:
            codes = [row["code"] for row in csv.DictReader(line.decode() for line in file.iter_lines())]
        assert len(codes) == len(set(codes))
        return len(codes)

    def status_of(self, path, answers):
        answer = self.place.ask("GET", path)
        answers[answer.status_code] += 1
        return answer.json()["data"]["status"] if answer.status_code == 200 else None


def has_stopped(job):
    """Whether nothing is written to the job any more."""
    before = Job.objects.get(pk=job.pk).generated
    time.sleep(1)
    return Job.objects.get(pk=job.pk).generated == before


def is_given_up(host):
    """Whether PostgreSQL holds nothing any more that came from the host."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE client_addr = %s", [host.address])
        return cursor.fetchone()[0] == 0


def fail_at_random(place, told, options):
    """Hosts fail while clients work, for some seconds; returns how often what has happened."""
    chance, happened = random.Random(options.seed), Counter()
    clients = [
        Client(place.nginx.http, place.token, place.codes, told, options.seed + number) for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    wait_for_web(f"http://{place.webs[0].address}:8000")
    end = time.monotonic() + options.seconds
    pairs = [("pull_the_cable", "put_the_cable_back"), ("lose_power", "get_power_back"), ("stop", "go_on")]
    while time.monotonic() < end:
        # Of each kind one stays, so that there is somebody to take over.
        host, (fail, mend) = chance.choice([*place.webs, *place.workers]), chance.choice(pairs)
        getattr(host, fail)()
        time.sleep(chance.uniform(1, 20))
        getattr(host, mend)()
        happened[fail] += 1
        time.sleep(chance.uniform(0, 2))
    for client in clients:
        client.stopped.set()
        client.join(90)
    wait_for_calm()
    return dict(happened)
