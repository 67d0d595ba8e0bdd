"""One thing, one word: the English of screens, command line, diagnoses and help has none of the words that stand for others."""

from __future__ import annotations

import re

import pytest

from tests.support.sources import template

pytestmark = pytest.mark.same_everywhere

# what is not said, and what is said instead
INSTEAD = {
    "stage": "screen", "task": "step", "workflow": "plan", "confirmation": "review", "selection": "choice",
    "optimal": "recommended", "preset": "your team", "rationale": "reason", "repo": "project",
    "virtualenv": "environment", "env var": "environment variable", "module": "package", "registry": "package index",
    "upstream": "official", "cdn": "mirror", "endpoint": "address", "lockfile": "uv.lock", "freeze": "lock",
    "deps": "packages", "grab": "download", "deploy": "install", "directory": "folder", "available": "free",
    "flavor": "variant", "support": "has code for", "feature": "extra", "validate": "check", "validated": "checked",
    "validation": "verification", "probe": "check", "job": "run", "transcript": "log", "dump": "report",
    "root cause": "cause", "solution": "fix", "rollback": "undo", "roll back": "undo", "abort": "stop",
    "reattach": "join", "bandwidth": "rate", "latency": "answer", "stale": "behind", "attempt": "try",
    "cert": "certificate", "credentials": "sign-in", "console": "shell", "equivalent command": "by hand",
    "sorry": "", "oops": "",
}  # fmt: skip
# other things of that name: Windows' registry, Slurm's jobs, the kernel's modules, a key of the catalogue, pip's command
OTHERS = re.compile(
    r"\{\w+\}|registry values|values? of the registry|no registry here|Slurm job|export job|or of jobs|kernel module"
    r"|module nvidia-uvm|conda or a module set|\[probe\]|pip freeze|--\S+"
)
WORD = re.compile(r"(?<![\w./-])(" + "|".join(map(re.escape, INSTEAD)) + r")s?(?![\w=-]|\.\w)", re.IGNORECASE)


def sentences() -> list[str]:
    found: list[str] = []
    for message in template():
        found += [message.id] if isinstance(message.id, str) else list(message.id)
    return [one for one in found if one]


def test_no_sentence_uses_a_word_that_stands_for_another() -> None:
    said = sentences()
    assert len(said) > 1000
    wrong = [(found, one) for one in said if (found := WORD.findall(OTHERS.sub("", one)))]
    assert not wrong, "\n".join(f"{words}: {one}" for words, one in wrong)


def test_a_sentence_does_not_shout() -> None:
    assert not [one for one in sentences() if re.search(r"\w!(\s|$)", one)]


def test_it_would_be_seen() -> None:
    assert WORD.findall("The repo has no lockfile; aborts.") == ["repo", "lockfile", "abort"]
    assert not WORD.findall(OTHERS.sub("", "2 values of the registry, {probe}, uv-wizard export job"))
