"""What a user's quota leaves, asked of the programs that know: quota(1) of Linux and BSD, `lfs quota` of Lustre.

A home on a shared disk often has terabytes free of which a user may write a few gigabytes.
"""

from __future__ import annotations

from wizard.machine.child import ask
from wizard.machine.places import executable
from wizard.machine.request import ProbeRequest

_KIB = 1024


def left(request: ProbeRequest, device: str, mount: str, type_: str, limit: float) -> int | None:
    """Bytes, None where there is no quota or nobody tells in `limit` seconds."""
    if request.os == "windows":  # Windows' own word on free room counts the quota in
        return None
    user = request.get("USER") or request.get("LOGNAME")
    if type_ == "lustre":
        argv = ["lfs", "quota", "-q", *(["-u", user] if user else []), mount]
    else:
        argv = ["quota", "-w"] if request.os == "linux" else ["quota"]
    program = next(filter(None, (executable(request, folder, argv[0]) for folder in request.search_path)), None)
    if program is None:
        return None
    try:
        # its exit code tells that a limit is passed, which is an answer
        said = ask([program, *argv[1:]], limit, environment={**request.environment, "LC_ALL": "C"})
    except OSError:
        return None
    return parsed(said.out, mount if type_ == "lustre" else device)


def parsed(text: str, filesystem: str) -> int | None:
    """Bytes left on that filesystem, of a table `filesystem blocks quota limit ...` in KiB; None where it has no limit.

    A name that fills its line has its numbers on the next one.
    """
    words = [word for line in text.splitlines() for word in (*line.split(), "\n")]
    for at, word in enumerate(words):
        if word == filesystem:
            numbers = [one.rstrip("*") for one in words[at + 1 : at + 6] if one != "\n"][:3]
            if len(numbers) < 3 or not all(one.isdigit() for one in numbers):
                return None
            used, soft, hard = (int(one) for one in numbers)
            limits = [one for one in (soft, hard) if one]
            return max(0, min(limits) - used) * _KIB if limits else None
    return None
