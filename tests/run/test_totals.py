"""What is known of the packages that are to come."""

from __future__ import annotations

from wizard.run.totals import sure_versions


def test_a_version_is_told_where_there_is_one() -> None:
    sizes = {"numpy==2.4.6": 1, "numpy==2.5.5": 2, "rich==15.0.0": 3}
    assert sure_versions(sizes) == {"rich": "15.0.0"}
