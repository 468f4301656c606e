"""The numbers of the module are those of the program, which is the same code."""

import json

import picojoule
import pytest


def shipped(program) -> list[str]:
    models = json.loads(program("models", "-o", "json"))
    (rows,) = models.values()
    return [row["model"] for row in rows]


def test_every_shipped_model_costs_what_the_program_prints(program):
    names = shipped(program)
    assert len(names) > 20
    for name in names:
        printed = program("estimate", name, "-o", "json")
        assert picojoule.estimate(name).to_json() == printed.rstrip("\n"), name
        decoded = json.loads(printed)
        assert picojoule.estimate(name).total_pj == decoded["total_pj"]


@pytest.mark.parametrize(
    "words, call",
    [
        (
            ["compare", "attention", "--tables=45nm,7nm", "--set=n=512"],
            lambda: picojoule.compare("attention", tables=["45nm", "7nm"], n=512),
        ),
        (
            ["sensitivity", "attention", "--scope=alignment", "--spread=assumed=1,high=0.1"],
            lambda: picojoule.sensitivity(
                "attention", scopes="alignment", spread={"assumed": 1, "high": 0.1}
            ),
        ),
        (
            ["crossover", "attention", "--between=vanilla,e-att", "--at=saving=0.66"]
            + ["--over=n=1..4096", "--scope=attention"],
            lambda: picojoule.crossover(
                "attention",
                {"n": range(1, 4097)},
                between=["vanilla", "e-att"],
                at="saving=0.66",
                scope="attention",
            ),
        ),
        (["claims", "bitnet", "l-mul"], lambda: picojoule.claims("bitnet", "l-mul")),
        (
            ["estimate", "llama-3.1-8b", "--phase=decode", "--movement=compulsory", "--static"]
            + ["--set=context=1024", "--table=h100", "--format=bf16"],
            lambda: picojoule.estimate(
                "llama-3.1-8b",
                phase="decode",
                movement="compulsory",
                static=True,
                context=1024,
                table="h100",
                format="bf16",
            ),
        ),
    ],
)
def test_functions_are_commands(program, words, call):
    result = call()
    assert result.to_json() == program(*words, "-o", "json").rstrip("\n")
    assert repr(result).rstrip("\n") == program(*words).rstrip("\n")
    assert result.to_csv() == program(*words, "-o", "csv")


def test_a_linear_layer_by_hand():
    # b n d, d e -> b n e with b = 1, n = 3, d = 8: q takes 3·8·8 products and as many
    # additions, of 3.7 + 0.9 pJ in fp32 at 45 nm: 192 · 4.6 = 883.2 pJ.
    estimate = picojoule.estimate("attention", b=1, h=1, d=8, n=3)
    (q,) = [stage for stage in estimate.stages if stage["stage"] == "q-proj"]
    assert q["compute_pj"] == pytest.approx(883.2, rel=1e-15)
    assert q["macs"] == 192


def test_rows_by_op_and_by_primitive():
    estimate = picojoule.estimate("attention")
    total = pytest.approx(estimate.total_pj, rel=1e-12)
    assert sum(op["energy_pj"] for op in estimate.ops) == total
    assert sum(one["energy_pj"] for one in estimate.primitives) == total
    with pytest.raises(ValueError, match="one of `stage`"):
        estimate.by("colour")
