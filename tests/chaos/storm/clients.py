"""Clients that create, cancel and redeem at random, and remember what they were told."""

import random
import threading
import time
import uuid
from dataclasses import dataclass, field

import requests

# What a client may be told while a database goes away and comes back; anything else is a fault of ours.
EXPECTED = {200, 201, 400, 404, 422, 503}
MOST_CODES = 30_000


@dataclass
class Told:
    """What the clients know for certain, since they were told so."""

    created: list[tuple[str, str]] = field(default_factory=list)  # (promotion, job)
    cancelled: set[str] = field(default_factory=set)
    redeemed: dict[str, str] = field(default_factory=dict)  # code by key
    odd: list[str] = field(default_factory=list)
    answers: int = 0
    cut_off: int = 0


class Client(threading.Thread):
    """One client; does one thing after the other until told to stop."""

    def __init__(self, url: str, token: str, codes: dict[str, str], told: Told, seed: int) -> None:
        super().__init__(daemon=True)
        self.url, self.codes, self.told = url, codes, told
        self.random = random.Random(seed)
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.stopped = threading.Event()

    def run(self) -> None:
        acts = [self.generate, self.generate, self.export, self.cancel, self.redeem, self.redeem]
        while not self.stopped.is_set():
            self.random.choice(acts)()
            time.sleep(self.random.uniform(0, 0.1))

    def generate(self) -> None:
        number = self.random.randint(1, MOST_CODES)
        self._create({"job_type": "code_generate", "parameters": {"number_of_codes": number, "code_length": 12}})

    def export(self) -> None:
        self._create({"job_type": "code_export"})

    def cancel(self) -> None:
        if not self.told.created:
            return
        # A late one is more likely still there to be cancelled.
        promotion, job = self.random.choice(self.told.created[-8:])
        answer = self._ask(f"/v2/promotions/{promotion}/jobs/{job}/cancel")
        if answer is not None and answer.status_code == 200:
            self.told.cancelled.add(job)

    def redeem(self) -> None:
        key, code = str(uuid.uuid4()), self.random.choice(list(self.codes.values()))
        while True:
            answer = self._ask("/v2/promotions/codes/redeem", {"code": code, "order_id": key}, key)
            if answer is not None and answer.status_code != 503:
                break
            time.sleep(0.2)
        if answer.status_code == 201:
            self.told.redeemed[key] = code

    def _create(self, job: dict) -> None:
        promotion = self.random.choice(list(self.codes))
        answer = self._ask(f"/v2/promotions/{promotion}/jobs", {"type": "promotion_job", **job})
        if answer is not None and answer.status_code == 201:
            self.told.created.append((promotion, answer.json()["data"]["id"]))

    def _ask(self, path: str, data: dict | None = None, key: str | None = None) -> requests.Response | None:
        """The answer; None when the connection was cut before it came."""
        headers = {"Idempotency-Key": key} if key else {}
        try:
            answer = self.session.post(self.url + path, json={"data": data or {}}, headers=headers, timeout=60)
        except requests.RequestException:
            self.told.cut_off += 1
            return None
        self.told.answers += 1
        if answer.status_code not in EXPECTED or "json" not in answer.headers["Content-Type"]:
            self.told.odd.append(f"{path}: {answer.status_code} {answer.text[:300]}")
        return answer
