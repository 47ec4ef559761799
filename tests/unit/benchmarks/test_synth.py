# SPDX-License-Identifier: Apache-2.0
"""The benchmark of the synthesis, with given times."""

from pathlib import Path

import pytest

from benchmarks import synth
from benchmarks.measurement import BenchmarkError
from benchmarks.processes import Run


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """The seconds that each run takes, to be set; every run writes the same files."""
    times: dict[str, list[float]] = {"eager": [], "lazy": []}

    def synthesize(command: list[str], outdir: Path) -> Run:
        outdir.mkdir()
        (outdir / "cdk.tf.json").write_text("{}")
        return Run(times["lazy" if command == synth.LAZY else "eager"].pop(0), peak_mib=100)

    monkeypatch.setattr(synth, "synthesize", synthesize)
    return times


def test_ratio_of_the_medians_counts_and_the_warm_up_does_not(
    seconds: dict[str, list[float]],
) -> None:
    seconds["eager"] = [90, 9, 10, 30]
    seconds["lazy"] = [1, 1, 2, 50]
    [measured] = synth.measure()
    assert (measured.ours, measured.reference, measured.ratio) == (2, 10, 0.2)


def test_different_files_fail(
    seconds: dict[str, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds["eager"], seconds["lazy"] = [10], [1]
    monkeypatch.setattr(synth, "written", lambda outdir: {"x": outdir.name.encode()})
    with pytest.raises(BenchmarkError, match="do not write the same files"):
        list(synth.measure())
