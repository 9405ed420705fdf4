"""The API of a real daemon of the shop: what tests of it share."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import harness  # noqa: E402
from serving import Served  # noqa: E402

SLOW = "select count(*) as n from range(100000000000) where range % 7 = 8"


class Api(harness.Server):
    """The same calls, to a daemon of the shop."""

    def __init__(self, shop, more="", environment=None):  # no fixture is started
        self.daemon = Served(shop, environment, more)
        self.url = self.daemon.url
        self.port = int(self.url.rsplit(":", 1)[1])

    def run(self, body=None, wait=60, **headers):
        return self.call("POST", f"/api/v1/runs?wait={wait}", body or {}, **headers)
