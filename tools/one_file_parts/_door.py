# The first lines of uv-wizard.pyz that run. Any Python since 2.7 must be able to read them, to be told that it is too old.
import sys


def enter():
    if sys.version_info < (3, 10):
        told = (
            "uv-wizard: Python 3.10 or newer is needed, and this one is %d.%d (%s); "
            "start it with a newer one, or let uv bring one: uv run --python 3.12 %s\n"
        )
        sys.stderr.write(told % (sys.version_info[0], sys.version_info[1], sys.executable, sys.argv[0]))
        sys.exit(1)
    from _unpacking import run

    sys.exit(run())
