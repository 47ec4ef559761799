# SPDX-License-Identifier: Apache-2.0
"""The benchmark's result and exit codes, with given times."""

import sys
from pathlib import Path

import pytest

from benchmarks import synth


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """The seconds that each run takes, to be set; every run writes the same files."""
    times: dict[str, list[float]] = {"stock": [], "lazy": []}

    def synthesize(command: list[str], outdir: Path) -> float:
        outdir.mkdir()
        (outdir / "cdk.tf.json").write_text("{}")
        return times["lazy" if command == synth.LAZY else "stock"].pop(0)

    monkeypatch.setattr(synth, "synthesize", synthesize)
    return times


def test_ratio_of_the_medians_counts_and_the_warm_up_does_not(
    seconds: dict[str, list[float]], capsys: pytest.CaptureFixture[str]
) -> None:
    seconds["stock"] = [90, 9, 10, 30]
    seconds["lazy"] = [1, 1, 2, 50]
    assert synth.main([]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "ratio 5.0 (at least 5 is needed)"


def test_ratio_below_5_fails(seconds: dict[str, list[float]]) -> None:
    seconds["stock"] = [90, 9, 9, 9]
    seconds["lazy"] = [1, 2, 2, 2]
    assert synth.main([]) == 1


def test_different_files_fail(
    seconds: dict[str, list[float]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds["stock"], seconds["lazy"] = [10], [1]
    monkeypatch.setattr(synth, "written", lambda outdir: {"x": outdir.name.encode()})
    assert synth.main([]) == 1
    assert "do not write the same files" in capsys.readouterr().err


def test_failed_synthesis_is_shown(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such thing')"]
    with pytest.raises(synth.BenchmarkError, match="ended with 1:\nno such thing"):
        synth.synthesize(command, tmp_path)


@pytest.mark.parametrize("arguments", [["--pairs=0"], ["--pairs=x"], ["--pear"]])
def test_wrong_use_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        synth.main(arguments)
    assert capsys.readouterr().err.startswith("usage: bench-synth")


def test_ctrl_c_ends_it_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(command: list[str], outdir: Path) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(synth, "synthesize", interrupt)
    assert synth.main([]) == 130
    assert capsys.readouterr() == ("", "bench-synth: interrupted\n")
