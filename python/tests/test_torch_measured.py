"""Runs of a module, with meters that a test winds on."""

from pathlib import Path

import picojoule
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: no test of it runs")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: no test of torch runs")

import picojoule.torch as picotorch  # noqa: E402
from torch import nn  # noqa: E402


class Powercap:
    """A folder as the kernel shows it: one package, of which the cores are a part."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.zones = {"intel-rapl:0": "package-0", "intel-rapl:0:0": "core"}
        for zone, name in self.zones.items():
            (folder / zone).mkdir()
            (folder / zone / "name").write_text(name)
            # Ten thousand joules: of 4 kW it is full in no test.
            (folder / zone / "max_energy_range_uj").write_text(str(10**10))
        self.show("intel-rapl:0", 5_000_000)
        self.show("intel-rapl:0:0", 1_000_000)

    def show(self, zone: str, microjoules: int) -> None:
        (self.folder / zone / "energy_uj").write_text(str(microjoules))


@pytest.fixture
def powercap(tmp_path):
    return Powercap(tmp_path)


def test_a_run_is_measured_and_estimated(powercap):
    module = nn.Linear(300, 600).eval()
    with picotorch.measured(module, table="45nm", powercap=str(powercap.folder)) as run:
        assert run.seconds is None and run.joules is None
        for _ in range(3):
            module(torch.randn(2, 300))
        module(torch.randn(4, 300))
        # Two joules, of which a half in the cores.
        powercap.show("intel-rapl:0", 7_000_000)
        powercap.show("intel-rapl:0:0", 1_500_000)
    assert run.joules == pytest.approx(2.0)
    assert run.domains == {"package-0": pytest.approx(2.0), "package-0-core": pytest.approx(0.5)}
    assert 0 < run.seconds < 60
    assert run.calls == 4
    # Three calls of 2 rows and one of 4: 10 rows of 180 000 products, each of 4.6 pJ with
    # its addition.
    assert [(times, one.macs) for times, one in run.estimates] == [(3, 360_000), (1, 720_000)]
    assert run.estimated_joules == pytest.approx(10 * 180_000 * 4.6e-12, rel=1e-12)
    assert "4 calls" in repr(run) and "2 J measured" in repr(run)
    assert not module._forward_pre_hooks


def test_without_a_meter_nothing_is_measured(tmp_path):
    module = nn.Linear(3, 4)
    with picotorch.measured(module, powercap=str(tmp_path / "none")) as run:
        module(torch.randn(1, 3))
    assert run.joules is None and run.domains == {}
    assert any("no RAPL" in note for note in run.notes)
    assert run.notes[-1] == "no meter can be read: nothing was measured"
    assert "not measured" in repr(run)
    assert run.estimated_joules == pytest.approx(12 * 4.6e-12)


def test_a_counter_that_runs_backwards_is_said(powercap):
    module = nn.Linear(3, 4)
    with picotorch.measured(module, powercap=str(powercap.folder)) as run:
        powercap.show("intel-rapl:0", 4_000_000)
    assert run.joules is None
    assert any("runs backwards" in note for note in run.notes)
    assert (run.calls, run.estimated_joules) == (0, None)


def test_each_call_of_a_function_is_a_run(powercap):
    module = nn.Linear(3, 4)

    @picotorch.measured(module, powercap=str(powercap.folder))
    def serve(rows: int) -> int:
        """Serves."""
        if rows == 0:
            raise KeyError("no rows")
        return len(module(torch.randn(rows, 3)))

    assert (serve.__name__, serve.__doc__, serve(2), serve(5)) == ("serve", "Serves.", 2, 5)
    with pytest.raises(KeyError):
        serve(0)
    assert [run.calls for run in serve.runs] == [1, 1, 0]
    assert serve.runs[0].joules == 0.0
    assert not module._forward_pre_hooks


def test_numbers_of_inputs_are_not_kept():
    module = nn.Linear(3, 4)
    with picotorch.measured(module) as run:
        module(torch.full((2, 3), 7.0))
    (call,) = run._calls.values()
    assert not any(isinstance(one, torch.Tensor) for one in call.args)


def test_what_runs_is_a_module():
    with pytest.raises(picojoule.PicojouleError, match="torch.nn.Module"):
        picotorch.measured(len)
