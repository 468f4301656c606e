"""What is given by keyword means what it shows, whichever library it comes from."""

import inspect

import picojoule
import pytest
from picojoule import _words

np = pytest.importorskip("numpy")


def words(**given) -> list[str]:
    return picojoule.sweep("attention", {"n": range(1, 3)}, **given)._words[2:-2]


def test_flags_and_counts_are_those_of_the_functions():
    functions = (picojoule.estimate, picojoule.compare, picojoule.sensitivity)
    functions += (picojoule.crossover, picojoule.sweep)
    keywords = [one for each in functions for one in inspect.signature(each).parameters.values()]
    assert {one.name for one in keywords if one.annotation == "bool"} == set(_words.FLAGS)
    assert {one.name for one in keywords if "int" in one.annotation} == set(_words.COUNTS)


@pytest.mark.parametrize("on", [True, 1, np.True_])
def test_a_flag_is_set(on):
    assert words(strict=on) == ["--strict"]


@pytest.mark.parametrize("off", [False, 0, np.False_, None])
def test_a_flag_is_not_set(off):
    assert words(strict=off) == []


@pytest.mark.parametrize("count", [1, 1.0, np.int64(1), np.float64(1)])
def test_a_count_is_a_whole_number(count):
    assert words(sample=count) == ["--sample=1"]


@pytest.mark.parametrize(
    "values, rows",
    [
        (range(5, 0, -1), [5, 4, 3, 2, 1]),
        (range(9, 0, -4), [9, 5, 1]),
        (range(1, 6), [1, 2, 3, 4, 5]),
        (np.arange(3, 0, -1), [3, 2, 1]),
    ],
)
def test_values_keep_their_order(values, rows):
    pa = pytest.importorskip("pyarrow")
    table = pa.table(picojoule.sweep("attention", {"n": values}, scopes="attention"))
    assert table["n"].to_pylist() == rows


def test_tensors_are_numbers():
    torch = pytest.importorskip("torch")
    whole = picojoule.estimate("attention", n=8).total_pj
    assert picojoule.estimate("attention", n=torch.tensor(8)).total_pj == whole
    assert picojoule.estimate("attention", n=torch.tensor([8])).total_pj == whole
    assert picojoule.sweep("attention", {"n": torch.arange(1, 4)})._words[1] == "--over=n=1,2,3"


def test_graphs_in_memory_are_told_apart(repository):
    one = (repository / "tests/onnx/small/celu.onnx").read_bytes()
    other = (repository / "tests/onnx/small/elu.onnx").read_bytes()
    rows = picojoule.compare(one, other).rows
    assert {row["variant"] for row in rows} == {"model-1", "model-2"}
