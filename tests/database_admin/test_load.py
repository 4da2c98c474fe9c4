"""Rotations under continuous use: no request of any service fails."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pg8000.native import Connection, DatabaseError, InterfaceError

from tests.database_admin.deployment import Deployment

ROUNDS = 3


class Service:
    """Requests in a loop, by one thread per worker; counts them and keeps what went wrong."""

    def __init__(self, deployment: Deployment) -> None:
        """Nothing runs yet."""
        self.deployment = deployment
        self.requests: dict[str, int] = {}
        self.failures: list[BaseException] = []
        self.deployed = 0
        self.redeployed: dict[str, int] = {}
        self._end = threading.Event()

    @contextmanager
    def running(self, **workers: Callable[[str], None]) -> Iterator[None]:
        """Run the workers for as long as the block."""
        threads = [threading.Thread(target=each, args=(name,)) for name, each in workers.items()]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._end.set()
            for thread in threads:
                thread.join()

    def reads_secret_on_connection(self, name: str) -> None:
        """Read the secret for every single request."""
        while not self._end.is_set():
            self._request(name, self.deployment.secrets.value(self.deployment.application))

    def keeps_url_until_redeployed(self, name: str) -> None:
        """Read the secret at a deployment only, and log in with it for every request."""
        while not self._end.is_set():
            self.redeployed[name] = self.deployed
            url = self.deployment.secrets.value(self.deployment.application)
            while self.redeployed[name] == self.deployed and not self._end.is_set():
                self._request(name, url)

    def keeps_connection(self, name: str) -> None:
        """Log in once and use the same connection through all rotations."""
        url = self.deployment.secrets.value(self.deployment.application)
        with self.deployment.session(url) as connection:
            while not self._end.is_set():
                self._attempt(name, connection)

    def redeploy(self) -> None:
        """Replace the workers that keep their connection string, and wait for that."""
        self.deployed += 1
        self.wait(lambda: set(self.redeployed.values()) == {self.deployed})

    def wait_for_requests(self, more: int) -> None:
        """Let every worker do some requests."""
        goals = {name: done + more for name, done in self.requests.items()}
        self.wait(lambda: all(self.requests[name] >= goal for name, goal in goals.items()))

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait, but neither for ever nor after a failure."""
        deadline = time.monotonic() + 20
        while not condition() and not self.failures:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _request(self, name: str, url: str) -> None:
        try:
            with self.deployment.session(url) as connection:
                self._attempt(name, connection)
        except (DatabaseError, InterfaceError, OSError) as error:
            self.failures.append(error)

    def _attempt(self, name: str, connection: Connection) -> None:
        try:
            connection.run("INSERT INTO visit (page) VALUES ('home')")
            connection.run("SELECT count(*) FROM visit")
        except (DatabaseError, InterfaceError, OSError) as error:
            self.failures.append(error)
        self.requests[name] = self.requests.get(name, 0) + 1


def test_no_request_fails_through_three_rotations(deployment: Deployment) -> None:
    """All three credentials rotate at once, three times, each time followed by a deployment."""
    with deployment.session(deployment.rotate(deployment.owner)) as owner:
        deployment.rotate(deployment.application)
        owner.run("CREATE TABLE visit (id serial PRIMARY KEY, page text)")
    service = Service(deployment)
    workers = {
        "fresh": service.reads_secret_on_connection,
        "first": service.keeps_url_until_redeployed,
        "second": service.keeps_url_until_redeployed,
        "pooled": service.keeps_connection,
    }
    used = {deployment.secrets.value(deployment.application)}
    with service.running(**workers):
        service.wait(lambda: set(service.requests) == set(workers))
        for _ in range(ROUNDS):
            rotate_all(deployment)
            used.add(deployment.secrets.value(deployment.application))
            # The workers now hold the previous connection string.
            service.wait_for_requests(10)
            service.redeploy()
            service.wait_for_requests(3)
    assert service.failures == []
    assert len(used) == ROUNDS + 1
    assert min(service.requests.values()) >= 13 * ROUNDS


def test_load_notices_a_worker_that_missed_a_deployment(deployment: Deployment) -> None:
    """Two rotations without a deployment do break the service: the test above can fail."""
    deployment.rotate(deployment.application)
    with deployment.session(deployment.rotate(deployment.owner)) as owner:
        owner.run("CREATE TABLE visit (id serial PRIMARY KEY, page text)")
    service = Service(deployment)
    with service.running(worker=service.keeps_url_until_redeployed):
        service.wait(lambda: bool(service.requests))
        for _ in range(2):
            deployment.rotate(deployment.application)
        service.wait(lambda: bool(service.failures))
    assert service.failures


def rotate_all(deployment: Deployment) -> None:
    """Rotate the three secrets at the same time."""
    arns = (deployment.master, deployment.application, deployment.owner)
    before = [deployment.secrets.value(arn) for arn in arns]
    threads = [threading.Thread(target=deployment.rotate, args=(arn,)) for arn in arns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = [deployment.secrets.value(arn) for arn in arns]
    assert all(old != new for old, new in zip(before, after, strict=True))
