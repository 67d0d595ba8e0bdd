"""Whether a mirror's file, which uv could not unpack, is another one than uv.lock names, or only did not come whole.

uv unpacks while it fetches: an archive that can't be unpacked ends before its hash is looked at.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.run.mirror_ask import Later
from wizard.run.mirror_job import Job
from wizard.run.mirror_lock import LockedFile

if TYPE_CHECKING:
    import httpx

_LARGEST = 500_000_000
_SECONDS = 120.0


def is_another(job: Job, file: LockedFile) -> bool:
    """Whether all of it comes and has another hash than the lock's. False where that can't be told."""
    import httpx

    later = Later(job)
    try:
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        with later.value().stream("GET", job.addresses[file.url], headers=headers) as response:
            if not _comes_whole(response):
                return False
            found = _digest(job, response, file.hash.partition(":")[0])
            return found is not None and found != file.hash.partition(":")[2].lower()
    except (httpx.HTTPError, httpx.InvalidURL, WizardError):
        return False
    finally:
        later.close()


def _comes_whole(response: httpx.Response) -> bool:
    """Whether it says where it ends (then httpx tells a cut one), and is no web page in the file's place."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    told = "content-length" in response.headers or "transfer-encoding" in response.headers
    return response.status_code == 200 and told and kind != "text/html"


def _digest(job: Job, response: httpx.Response, algorithm: str) -> str | None:
    begun, received = time.monotonic(), 0
    made = hashlib.new(algorithm)
    for piece in response.iter_raw():
        made.update(piece)
        received += len(piece)
        if received > _LARGEST or time.monotonic() - begun > _SECONDS or job.carrier.cancelled():
            return None
    return made.hexdigest()
