"""One machine as it is deployed: gunicorn and workers with the settings of production, behind nginx."""

import csv
import json

import pytest
import requests
from django.conf import settings

from tests.deploy.nginx import Nginx, needs_nginx
from tests.factories import PromotionFactory
from tests.processes import free_port, wait_until

pytestmark = [pytest.mark.once, needs_nginx, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bearer(site):
    """The header of a client that was created by the command and has got its token through nginx."""
    client = json.loads(site.run("create_api_client", "shop", "--json"))
    form = {"grant_type": "client_credentials", **{key: client[key] for key in ("client_id", "client_secret")}}
    answer = site.post("/oauth/access_token", data=form)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def run_job(site, bearer, promotion, **fields):
    """Creates a job and waits until a worker has completed it; returns its address."""
    jobs = f"/v2/promotions/{promotion.uuid}/jobs"
    answer = site.post(jobs, json={"data": {"type": "promotion_job", **fields}}, headers=bearer)
    assert answer.status_code == 201, answer.text
    job = f"{jobs}/{answer.json()['data']['id']}"
    wait_until(lambda: site.get(job, headers=bearer).json()["data"]["status"] == "completed")
    return job


def test_codes_are_made_exported_and_downloaded_through_the_proxy(site, start_worker, bearer):
    for _ in range(2):
        start_worker(**site.settings)
    promotion = PromotionFactory()
    parameters = {"number_of_codes": 5000, "code_length": 10}
    run_job(site, bearer, promotion, job_type="code_generate", parameters=parameters)
    export = run_job(site, bearer, promotion, job_type="code_export")
    href = site.get(f"{export}/file", headers=bearer).json()["href"]
    assert href.startswith(f"{site.nginx.https}/files/")
    file = site.http.get(href)
    assert file.status_code == 200
    assert file.headers["Content-Disposition"].startswith("attachment")
    codes = {row["code"] for row in csv.DictReader(file.text.splitlines())}
    assert len(codes) == 5000


def test_the_login_page_s_cookies_go_over_https_only(site):
    answer = site.get("/admin/login/")
    assert answer.status_code == 200
    [cookie] = [cookie for cookie in answer.cookies if cookie.name == "csrftoken"]
    assert cookie.secure
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_over_plain_http_people_are_sent_on_and_programs_are_refused(site):
    page = requests.get(f"{site.nginx.http}/admin/", allow_redirects=False, timeout=10)
    assert page.status_code == 301
    assert page.headers["Location"].startswith("https://localhost")
    answer = requests.post(f"{site.nginx.http}/oauth/access_token", data={"client_id": "x"}, timeout=10)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["detail"] == "Use https://"


def test_a_client_cannot_pretend_to_have_come_over_https(site):
    forged = {"X-Forwarded-Proto": "https"}
    page = requests.get(f"{site.nginx.http}/admin/", headers=forged, allow_redirects=False, timeout=10)
    assert page.status_code == 301


def test_browsers_keep_static_files_for_good(site):
    page = site.get("/admin/login/").text
    address = next(part for part in page.split('"') if part.startswith("/static/backoffice/admin."))
    answer = site.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=315360000" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"


def test_a_body_that_is_too_large_is_refused_in_json(site):
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert site.post("/oauth/access_token", data=b"x" * most).status_code == 400
    for path in ("/v2/promotions", "/oauth/access_token", "/files/x"):
        answer = site.post(path, data=b"x" * (most + 1))
        assert answer.status_code == 413
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["errors"] == [{"status": "413", "title": "Content Too Large"}]


def test_what_nginx_refuses_before_it_knows_the_path_is_refused_in_json(site):
    too_long = site.get(f"/v2/promotions?filter={'x' * 20_000}")
    assert too_long.status_code == 414
    assert too_long.json()["errors"] == [{"status": "414", "title": "URI Too Long"}]
    malformed = site.get("/v2/promotions", headers={"Cookie": "x" * 20_000})
    assert malformed.status_code == 400
    assert malformed.json()["errors"] == [{"status": "400", "title": "Bad Request"}]
    assert site.get("/refused/414").status_code == 404


def test_while_the_web_process_is_away_programs_are_told_to_come_back(tmp_path):
    nginx = Nginx(tmp_path, f"127.0.0.1:{free_port()}")
    nginx.start()
    try:
        wait_until(lambda: is_listening(nginx))
        answer = requests.post(f"{nginx.https}/v2/promotions", json={}, verify=nginx.certificate, timeout=10)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "2"
        assert answer.json()["errors"] == [{"status": "503", "title": "Service Unavailable"}]
    finally:
        nginx.end()


def is_listening(nginx):
    try:
        return requests.get(nginx.https, verify=nginx.certificate, timeout=10) is not None
    except requests.ConnectionError:
        return False
