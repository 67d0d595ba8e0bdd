"""What is asked before anything is fetched: uv for what it would install, the mirrors for where they have it."""

from __future__ import annotations

from threading import Lock, Thread
from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.language import message_of, said
from wizard.lists import both
from wizard.mirrors import official
from wizard.mirrors.registries import same_index
from wizard.run.dry_run import told
from wizard.run.mirror_job import Job, count, listed

if TYPE_CHECKING:
    import httpx

    from wizard.run.mirror_pages import Found
    from wizard.run.mirror_wanted import Python


class Later:
    """A client that is being made in a thread of its own: httpx takes a quarter of a second to import."""

    def __init__(self, job: Job) -> None:
        self._made: httpx.Client | None = None
        self._error = ""
        self._unwanted = False
        self._lock = Lock()
        self._thread = Thread(target=self._run, args=(job,), daemon=True)
        self._thread.start()

    def _run(self, job: Job) -> None:
        try:
            made = _client(job)
        except (WizardError, ImportError, OSError) as error:
            self._error = message_of(error)
            return
        with self._lock:
            self._made = made
            if self._unwanted:
                made.close()

    def value(self) -> httpx.Client:
        self._thread.join()
        if self._made is None:
            raise WizardError(self._error)
        return self._made

    def close(self) -> None:
        """Does not wait for one that is not made yet."""
        with self._lock:
            self._unwanted = True
            if self._made is not None:
                self._made.close()


def _client(job: Job) -> httpx.Client:
    from wizard.mirrors.client import make_client
    from wizard.run.mirror_pages import AT_ONCE

    return make_client(
        uv_version=official.version(job.argv[0]),
        connect_s=5,
        read_s=10,
        connections=AT_ONCE,
        sign_ins=job.sign_ins(),
        uv=job.argv[0],
        project=job.project,
    )


def dry_run(job: Job, *more: str) -> str | None:
    """What `uv sync --locked --dry-run` prints, None where it fails or the user stops."""
    argv = [*job.argv[:2], "--locked", "--dry-run", "--color", "never", *job.options(), *more]
    return told(argv, job.folder, job.whole_env(), job.carrier.cancelled)


def find_addresses(job: Job, later: Later, python: Python | None) -> None:
    """Finds `job.addresses`; says what will not come from a mirror. `python`: the environment's."""
    from wizard.run.mirror_pages import look_up

    packages = {(file.package, file.version) for file in job.files.values()}
    if not packages:
        return
    names = both(sorted({job.stand_ins[file.registry] for file in job.files.values()}))
    job.note(said("Looking up {packages} on {names}.", packages=count(len(packages)), names=names))
    try:
        client = later.value()
    except WizardError as error:
        job.note(
            said(
                "The mirrors can't be asked: {error}. The packages come from the addresses in uv.lock.",
                error=message_of(error),
            )
        )
        job.index = None
        return
    for found in look_up(job.files.values(), job.stand_ins, client, job.carrier.cancelled, python).values():
        _tell(job, found, len(packages))
        job.addresses.update(found.addresses)
        unfit = found.trouble is not None or found.foreign
        if unfit and job.index is not None and same_index(found.index, job.index):
            job.index = None


def _tell(job: Job, found: Found, packages: int) -> None:
    if found.trouble is not None:
        job.note(
            said(
                "The mirror {index} can't be used: {trouble}. Its packages come from the addresses in uv.lock.",
                index=found.index,
                trouble=found.trouble,
            )
        )
        return
    if found.foreign:
        job.note(
            said(
                "The pages of {index} have a type that uv refuses: files come from there, what a build asks for "
                "from the lock's own index.",
                index=found.index,
            )
        )
    if found.differing:
        job.note(
            said(
                "The mirror {index} has other files than uv.lock names for {differing}: not taken, from the "
                "addresses in uv.lock.",
                index=found.index,
                differing=listed(found.differing),
            )
        )
    if found.lacking:
        job.note(
            said(
                "The mirror {index} lacks {count} of {packages} ({names}): from the addresses in uv.lock.",
                index=found.index,
                count=len(found.lacking),
                packages=count(packages),
                names=listed(found.lacking),
            )
        )
    for why, untold in found.untold.items():
        job.note(
            said(
                "The mirror {index} does not tell where it has {untold} ({why}): from the addresses in uv.lock.",
                index=found.index,
                untold=listed(untold),
                why=why,
            )
        )
