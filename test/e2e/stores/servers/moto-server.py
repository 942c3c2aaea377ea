"""moto's server, whose clock stands at the time of the tests' events: CloudWatch takes none that are older than two weeks."""
import datetime
import sys

import moto.logs.models as logs
from moto.server import main

NOW = datetime.datetime(2026, 11, 22, 10, 30)


def millis(at: datetime.datetime | None = None) -> float:
    return (at or NOW).replace(tzinfo=datetime.timezone.utc).timestamp() * 1000


logs.utcnow = lambda: NOW
logs.unix_time_millis = millis

main(["-H", "127.0.0.1", "-p", sys.argv[1]])
