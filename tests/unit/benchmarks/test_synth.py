# SPDX-License-Identifier: Apache-2.0
"""The benchmark's verdict, on given times."""

import sys
from pathlib import Path

import pytest

from benchmarks import synth as bench_synth


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """Set the seconds of each run; the files that it writes are the same."""
    times: dict[str, list[float]] = {"stock": [], "lazy": []}

    def synthesize(command: list[str], outdir: Path) -> float:
        outdir.mkdir()
        (outdir / "cdk.tf.json").write_text("{}")
        return times["lazy" if command == bench_synth.LAZY else "stock"].pop(0)

    monkeypatch.setattr(bench_synth, "synthesize", synthesize)
    monkeypatch.setattr(sys, "argv", ["bench_synth.py", "--pairs", "3"])
    return times


def test_ratio_of_the_medians_counts_and_the_warm_up_does_not(
    seconds: dict[str, list[float]], capsys: pytest.CaptureFixture[str]
) -> None:
    seconds["stock"] = [90, 9, 10, 30]
    seconds["lazy"] = [1, 1, 2, 50]
    assert bench_synth.main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "ratio 5.0 (at least 5 is needed)"


def test_ratio_below_5_fails(seconds: dict[str, list[float]]) -> None:
    seconds["stock"] = [90, 9, 9, 9]
    seconds["lazy"] = [1, 2, 2, 2]
    assert bench_synth.main() == 1


def test_different_files_fail(
    seconds: dict[str, list[float]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds["stock"], seconds["lazy"] = [10], [1]
    monkeypatch.setattr(bench_synth, "written", lambda outdir: {"x": outdir.name.encode()})
    assert bench_synth.main() == 1
    assert "do not write the same files" in capsys.readouterr().err


def test_failed_synthesis_is_shown(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such thing')"]
    with pytest.raises(bench_synth.BenchError, match="ended with 1:\nno such thing"):
        bench_synth.synthesize(command, tmp_path)
