"""What a result shows beside its numbers, and that it can be sent elsewhere."""

import copy
import pickle

import picojoule
import pytest

# Of an import with something to say: a config that names the format it computes in.
CONFIG = picojoule.File(
    "config.json",
    '{"model_type": "llama", "hidden_size": 64, "intermediate_size": 128, '
    '"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 4, '
    '"vocab_size": 100, "torch_dtype": "bfloat16"}',
)


def test_notes_stand_under_the_table():
    found = picojoule.estimate(CONFIG, seq=8)
    assert found.notes
    text, html = repr(found), found._repr_html_()
    for note in found.notes:
        assert " ".join(f"note: {note}".split()) in " ".join(text.split())
    assert html.count(">note: ") == len(found.notes)
    assert text.index("note: ") > text.index("total")
    assert max(map(len, text.splitlines())) <= 100


def test_notes_stand_under_what_a_sweep_shows():
    sweep = picojoule.sweep(CONFIG, {"seq": [1, 2]})
    (note,) = sweep.notes
    assert f"note: {note}" in sweep.summary()
    assert "note: The config names no class" in sweep._repr_html_()


def test_without_notes_nothing_is_added():
    found = picojoule.estimate("attention", n=8)
    assert found.notes == []
    assert "note: " not in repr(found)
    assert repr(found) == found._answer.written("text", 100)


@pytest.mark.parametrize(
    "again", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy]
)
@pytest.mark.parametrize(
    "make",
    [
        lambda: picojoule.estimate(CONFIG, seq=8),
        lambda: picojoule.estimate("attention", n=8).by("op"),
        lambda: picojoule.compare("attention", scopes="alignment", tables="45nm"),
        lambda: picojoule.sensitivity("attention", scopes="alignment"),
        lambda: picojoule.claims("bitnet"),
    ],
)
def test_a_result_is_the_same_elsewhere(make, again):
    one = make()
    other = again(one)
    assert type(other) is type(one) and other is not one
    assert other.to_dict() == one.to_dict()
    assert (other.to_csv(), repr(other), other.notes) == (one.to_csv(), repr(one), one.notes)


def test_what_is_changed_in_a_copy_stays_there():
    one = picojoule.estimate("attention", n=8)
    first = one.stages[0]["stage"]
    copy.deepcopy(one).stages[0]["stage"] = "another"
    assert one.stages[0]["stage"] == first


def test_a_result_of_another_version_is_refused():
    one = picojoule.estimate("attention", n=8)
    state = one.__getstate__()
    state["version"] = "0.0.1"
    with pytest.raises(picojoule.PicojouleError, match="result was made by picojoule 0.0.1"):
        one.__setstate__(state)
