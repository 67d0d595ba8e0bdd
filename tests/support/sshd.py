"""An sshd of a test's own: the program, throwaway keys, what it is told, and how it is reached."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

SSHD = next((path for path in ("/usr/sbin/sshd", shutil.which("sshd") or "") if os.path.exists(path)), "")
_CONFIG = """Port {port}
ListenAddress {address}
HostKey {keys}/host
AuthorizedKeysFile {keys}/user.pub
StrictModes no
PidFile none
PermitRootLogin yes
UsePAM no
"""


def lacking(*beside: str) -> list[str]:
    """What is not installed of the programs that it takes, and of those named."""
    found = [name for name in ("ssh", "ssh-keygen", *beside) if shutil.which(name) is None]
    return found if SSHD else [*found, "sshd"]


def make_keys(folder: Path) -> Path:
    """Keys of the host and of the one who reaches it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in ("host", "user"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.fspath(folder / name)]
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return folder


def configuration(keys: Path, port: int, address: str, *more: str) -> str:
    """Its sshd_config; `more`: lines beside. The folder that it wants to be there is made."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    return _CONFIG.format(keys=keys, port=port, address=address) + "".join(f"{line}\n" for line in more)


OPTIONS = ("-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
           "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=2")  # fmt: skip
"""Of an ssh that knows nothing of this user's own settings."""

__all__ = ["OPTIONS", "SSHD", "configuration", "lacking", "make_keys"]
