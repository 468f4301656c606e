"""Mistakes are exceptions that say where and what would be right."""

import pickle

import picojoule
import pytest


def test_a_mistake_in_a_file_has_its_place():
    # Line 2, column 11: `extends = ` takes ten.
    table = picojoule.File("mine.toml", 'name = "mine"\nextends = "45mm"\n')
    with pytest.raises(picojoule.PicojouleError) as caught:
        picojoule.estimate("attention", table=table)
    (mistake,) = caught.value.diagnostics
    assert (mistake.file, mistake.line, mistake.column) == ("mine.toml", 2, 11)
    assert mistake.value == '"45mm"'
    assert "did you mean `45nm`?" in mistake.help
    assert "mine.toml:2:11" in str(caught.value)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert copied.diagnostics == caught.value.diagnostics


def test_the_text_is_what_the_program_shows(program):
    with pytest.raises(picojoule.PicojouleError) as caught:
        picojoule.estimate("bert-base", nn=3)
    shown = program("estimate", "bert-base", "--set", "nn=3", code=2)
    assert str(caught.value).rstrip("\n") == shown.rstrip("\n")
    (mistake,) = caught.value.diagnostics
    assert (mistake.file, mistake.value) == ("command line", "nn")


def test_all_mistakes_are_told_at_once():
    with pytest.raises(picojoule.PicojouleError) as caught:
        picojoule.estimate("bert-base", nn=3, table="45mm")
    messages = [mistake.message for mistake in caught.value.diagnostics]
    assert messages == ["unknown dim or parameter `nn`", "no table `45mm` ships"]


def graph_of_onnx():
    """What is like a graph of the package onnx."""

    class ModelProto:
        def SerializeToString(self) -> bytes:
            return b""

    return ModelProto()


def module_of_torch():
    """What is like a module of PyTorch, as far as it can be seen without it."""
    base = type("Module", (), {"__module__": "torch.nn.modules.module"})
    return type("Network", (base,), {})()


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda: picojoule.estimate("attention", table=["45nm", "7nm"]), "one table"),
        (lambda: picojoule.estimate("attention", by="colour"), "colour"),
        (lambda: picojoule.estimate(b"no graph"), "model.onnx"),
        (lambda: picojoule.estimate("--help"), "no model `--help` ships"),
        (lambda: picojoule.sweep("attention", {}), "--over"),
        (lambda: picojoule.sweep("attention", {"n": range(0)}), "no values"),
        (lambda: picojoule.sweep("attention", {"n": "1..10"}, limit=5), "more than --limit 5"),
        (lambda: picojoule.File("mine", ""), "end it with"),
        (lambda: picojoule.compare("bert-base", table="7nm"), "`compare` takes `tables=`"),
        (lambda: picojoule.estimate("bert-base", tables="7nm"), "`estimate` takes `table=`"),
        (lambda: picojoule.sensitivity("attention", format="int8"), "takes `formats=`"),
        (lambda: picojoule.crossover("attention", {"n": "1..4"}, variants="e-att"), "`between=`"),
        (lambda: picojoule.sweep("attention", {"n": "1..4"}, scope="attention"), "`scopes=`"),
        (lambda: picojoule.sweep("attention", {"n": "1..4"}, samples=3), "takes `sample=`"),
        (lambda: picojoule.estimate(None), "`NoneType` is no model"),
        (lambda: picojoule.estimate(["attention"]), "one after the other"),
        (lambda: picojoule.estimate(graph_of_onnx()), "SerializeToString"),
        (lambda: picojoule.sweep(module_of_torch(), {"n": "1..4"}), "picojoule.torch.estimate"),
        (lambda: picojoule.compare(b"one", b"another"), "model-1.onnx"),
        (lambda: picojoule.estimate("attention", static="yes"), "True or False"),
        (lambda: picojoule.estimate("attention", strict=[True]), "True or False"),
        (lambda: picojoule.sweep("attention", {"n": range(10**7, 0, -1)}), "runs downwards"),
    ],
)
def test_what_is_wrong_is_said(call, said):
    with pytest.raises(picojoule.PicojouleError, match=said) as caught:
        call()
    assert caught.value.diagnostics
