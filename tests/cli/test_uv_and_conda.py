"""uv and conda by the command line: a machine without uv gets one from a mirror, every shell finds it, undo takes it back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.test_uv_wheel import uv_wheel
from tests.support.command import events, of, wizard
from tests.support.index import Index, Tampered
from tests.support.projects import Project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="shells of POSIX; Windows' parts are in tests/run")
BLOCK = '# >>> conda initialize >>>\nexport PATH="$HOME/miniconda3/bin:$PATH"\n# <<< conda initialize <<<\n'


@pytest.fixture
def bare(bare: Path) -> Path:
    """Whose log-in shells find the same programs."""
    (bare / ".bash_profile").write_text('export PATH="$HOME/tools:$PATH"\n')
    return bare


def test_from_a_mirror_to_every_shell_and_back(project: Project, bare: Path, index: Index, uv: Path) -> None:
    index.add(uv_wheel(uv, "0.13.8"), uv_wheel(uv, "0.13.9"), prefix="/mirror/simple")
    words = [str(project.path), "--set", "uv.install=index", "--set", f"mirrors.pypi={index.url('/mirror/simple')}"]
    words += ["--set", "uv.version=0.13.8"]
    placed = bare / ".local/bin/uv"
    plan = json.loads(wizard("plan", *words, "--json").stdout)["steps"]
    assert plan[0]["id"] == "uv"
    assert index.url("/mirror/simple") in plan[0]["commands"][0]
    assert plan[-2]["commands"] == [[str(placed), "sync", "--locked"]]
    assert not index.requests("/mirror"), "a plan asks no mirror"
    found = events(wizard("apply", *words, "--yes", "--json").stdout)
    assert of(found, "verify")[-1]["ok"] is True
    assert next(event["argv"][0] for event in of(found, "command") if "sync" in event["argv"]) == str(placed)
    assert index.files("/mirror/simple")[0] == uv_wheel(uv, "0.13.8").filename
    for kind in ("-lc", "-ic"):
        told = subprocess.run(["bash", kind, "command -v uv"], capture_output=True, text=True, check=False).stdout
        assert told.strip() == str(placed)
    again = json.loads(wizard("plan", *words, "--json").stdout)["steps"]
    assert [step["id"] for step in again if step["id"] in ("uv", "settings")] == []
    wizard("undo", "--yes")
    assert not placed.exists()
    assert (bare / ".bashrc").read_text() == "# mine\n"


def test_a_tampered_wheel_is_named_and_nothing_is_left(project: Project, bare: Path, index: Index, uv: Path) -> None:
    index.add(uv_wheel(uv), prefix="/mirror/simple")
    index.fault(".whl", Tampered())
    words = ["--set", "uv.install=index", "--set", f"mirrors.pypi={index.url('/mirror/simple')}"]
    done = wizard("apply", str(project.path), "--yes", "--json", *words, check=1)
    (told,) = of(events(done.stdout), "diagnosis")
    assert told["cause"] == "hash-mismatch"
    assert "uv.lock" not in told["title"] + told["explanation"]
    assert not (bare / ".local/bin").exists()


@pytest.mark.long
def test_a_file_brought_along_needs_no_network(project: Project, bare: Path, index: Index, uv: Path) -> None:
    """Named from the folder where the user is; what installs it works in another one."""
    (bare / "stick").mkdir()
    shutil.copy(uv, bare / "stick" / "uv-file")
    index.forget()
    words = ("--set", "uv.install=uv-file", "--set", f"uv.dir={bare / 'apps'}")
    done = wizard("apply", str(project.path), "--yes", "--json", *words, cwd=bare / "stick")
    assert of(events(done.stdout), "verify")[-1]["ok"] is True
    assert not index.requests("/uv/")
    (bare / "stick" / "uv-file").write_bytes(b"\x7fELF of another machine")
    wizard("apply", str(project.path), "--yes", *words, cwd=bare / "stick", check=1)
    assert subprocess.run([bare / "apps/uv", "--version"], check=False, capture_output=True).returncode == 0


@pytest.fixture
def conda(home: Path) -> Path:
    """A conda that knows as much of `conda config --set` as is asked of it here."""
    root = home / "miniconda3"
    for folder in ("bin", "conda-meta", "envs/vision/conda-meta", "envs/vision/lib"):
        (root / folder).mkdir(parents=True)
    (root / "conda-meta/conda-25.5.1-py312_0.json").write_text("{}")
    (root / "envs/vision/lib/torch.so").write_bytes(bytes(3_000_000))
    (root / "bin/python").write_text("#!/bin/sh\n")
    body = 'test "$1 $2" = "config --set" || exit 2\necho "$3: $4" >> "$HOME/.condarc"\n'
    (root / "bin/conda").write_text(f"#!/bin/sh\n{body}")
    for name in ("conda", "python"):
        (root / "bin" / name).chmod(0o755)
    (home / ".bashrc").write_text(BLOCK)
    (home / ".condarc").write_text("# mine\nchannels: [conda-forge]\n")
    return root


@pytest.mark.long
def test_conda_is_told_and_switched_off_by_choice_only(project: Project, home: Path, conda: Path) -> None:
    told = json.loads(wizard("doctor", str(project.path), "--json").stdout)
    assert told["machine"]["conda"]["auto_activate"] is True
    environments = {one["name"]: one["size_bytes"] for one in told["machine"]["conda_environments"]}
    assert set(environments) == {"base", "vision"}
    assert environments["vision"] == 3_000_000
    found = {finding["id"]: finding for finding in told["findings"]}
    assert f"bash: python is {conda}/bin/python" in found["conda-in-shells"]["evidence"]
    assert "2 environments" in found["conda-environments"]["title"]
    assert "settings" not in [
        step["id"] for step in json.loads(wizard("plan", str(project.path), "--json").stdout)["steps"]
    ]
    off = ("--set", "settings.conda-auto-activate=off")
    plan = json.loads(wizard("plan", str(project.path), *off, "--json").stdout)["steps"]
    assert plan[0]["commands"] == [[f"{conda}/bin/conda", "config", "--set", "auto_activate", "false"]]
    wizard("apply", str(project.path), "--yes", *off)
    assert (home / ".condarc").read_text().endswith("auto_activate: false\n")
    assert "settings" not in [
        step["id"] for step in json.loads(wizard("plan", str(project.path), *off, "--json").stdout)["steps"]
    ], "twice is the same as once"
    wizard("undo", "--yes")
    assert (home / ".condarc").read_text() == "# mine\nchannels: [conda-forge]\n"


ACTIVATES = """# >>> conda initialize >>>
__conda_setup="$("$HOME/miniconda3/bin/conda" 'shell.bash' 'hook' 2> /dev/null)"
if [ $? -eq 0 ]; then eval "$__conda_setup"; else export PATH="$HOME/miniconda3/bin:$PATH"; fi
unset __conda_setup
# <<< conda initialize <<<
"""


@pytest.mark.long
def test_conda_s_own_uv_comes_before_a_new_one_until_base_is_off(
    project: Project, bare: Path, conda: Path, index: Index, uv: Path
) -> None:
    """A real bash, whose block asks conda what base is to do, as `conda init` writes it."""
    hook = 'if [ "$2" = hook ]; then\n  case "$(cat "$HOME/.condarc")" in *"auto_activate: false"*) exit 0 ;; esac\n'
    hook += '  printf \'export PATH="%s:$PATH"\\n\' "$HOME/miniconda3/bin"; exit 0; fi\n'
    body = (conda / "bin/conda").read_text().partition("\n")[2]
    (conda / "bin/conda").write_text(f"#!/bin/sh\n{hook}{body}")
    (bare / ".bashrc").write_text(ACTIVATES)
    shutil.copy(uv, conda / "bin" / "uv")
    (conda / "conda-meta/uv-0.13.8-h0_0.json").write_text("{}")
    index.add(uv_wheel(uv, "0.13.8"), prefix="/mirror/simple")
    words = [str(project.path), "--set", "uv.install=index", "--set", f"mirrors.pypi={index.url('/mirror/simple')}"]
    plan = json.loads(wizard("plan", *words, "--json").stdout)["steps"]
    text = wizard("plan", *words).stdout
    assert plan[0]["id"] == "uv"
    assert "puts its own uv first there" in text
    wizard("apply", *words, "--yes")

    def runs() -> str:
        said = subprocess.run(["bash", "-ic", "command -v uv"], capture_output=True, text=True, check=False)
        return said.stdout.strip()

    assert runs() == f"{conda}/bin/uv"
    told = json.loads(wizard("doctor", str(project.path), "--json").stdout)["findings"]
    (found,) = (one for one in told if one["id"] == "uv-behind-conda")
    assert (found["cause"], found["severity"]) == ("environment-mismatch", "warning")
    assert f"bash: uv is {conda}/bin/uv" in found["evidence"]
    (fix,) = found["fixes"]
    assert fix["choices"] == {"settings": {"conda-auto-activate": "off"}}
    assert "uv-wizard apply --yes --set settings.conda-auto-activate=off" in wizard("doctor", str(project.path)).stdout
    wizard("apply", str(project.path), "--yes", "--set", "settings.conda-auto-activate=off")
    assert runs() == f"{bare}/.local/bin/uv"
    told = json.loads(wizard("doctor", str(project.path), "--json").stdout)["findings"]
    assert "uv-behind-conda" not in [one["id"] for one in told]
