"""From a module of PyTorch to joules."""

import copy
import pickle

import picojoule
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: no test of it runs")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: no test of torch runs")

import picojoule.torch as picotorch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402


class Block(nn.Module):
    """x + b(relu(norm(a(x)))), of 8 and 16 numbers a token."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 16)
        self.norm = nn.LayerNorm(16)
        self.b = nn.Linear(16, 8)

    def forward(self, x):
        return x + self.b(torch.relu(self.norm(self.a(x))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(Block() for _ in range(3))
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


def test_a_linear_layer_by_hand():
    # 2 rows of 300 by 600: 2·300·600 = 360 000 products and as many additions, of 3.7 and
    # 0.9 pJ in fp32 at 45 nm: 360 000 · 4.6 = 1 656 000 pJ.
    estimate = picotorch.estimate(nn.Linear(300, 600), torch.randn(2, 300), table="45nm")
    assert (estimate.macs, estimate.parameters) == (360_000, 300 * 600 + 600)
    assert estimate.total_pj == pytest.approx(1_656_000, rel=1e-15)
    assert estimate.model == "Linear"
    assert estimate.notes == [note for note in estimate.notes if "training mode" in note]


def test_modules_are_layers():
    net = Net().eval()
    estimate = picotorch.estimate(net, torch.randn(2, 5, 8), by="layer")
    assert estimate.notes == []
    assert [layer["layer"] for layer in estimate.layers] == ["layers (×3)", "head"]
    assert "head" in repr(estimate)
    # 10 tokens: 8·16 products in each of a and b, three times; 8·4 in the head.
    macs = {row["module"]: (row["times"], row["macs"]) for row in estimate.modules()}
    assert macs == {
        "layers.*.a": (3, 3840),
        "layers.*.norm": (3, 0),
        "layers.*": (3, 0),
        "layers.*.b": (3, 3840),
        "head": (1, 320),
    }
    (layers, head) = estimate.modules(depth=1)
    assert (layers["module"], layers["macs"], head["macs"]) == ("layers", 7680, 320)
    whole = sum(row["energy_pj"] for row in estimate.modules())
    assert whole == pytest.approx(estimate.total_pj, rel=1e-12)
    assert sum(row["share"] for row in estimate.modules()) == pytest.approx(1)


def test_modules_that_stand_alone_keep_their_paths():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
    estimate = picotorch.estimate(net.eval(), torch.randn(1, 3, 8, 8))
    # 4·3·9 products at each of 6·6 places; 144·2 in the last.
    rows = {row["module"]: row["macs"] for row in estimate.modules()}
    assert rows == {"0": 3888, "1": 0, "3": 288}


def test_numbers_of_rounds_are_the_innermost():
    # Both stages have a number, and the blocks within them.
    class Stages(nn.Module):
        def __init__(self):
            super().__init__()
            self.stage1 = nn.Sequential(Block(), Block())
            self.change = nn.Linear(8, 8)
            self.stage2 = nn.Sequential(Block(), Block())

        def forward(self, x):
            return self.stage2(torch.tanh(self.change(self.stage1(x))))

    estimate = picotorch.estimate(Stages().eval(), torch.randn(2, 5, 8))
    rows = {row["module"]: (row["times"], row["macs"]) for row in estimate.modules()}
    assert rows["stage1.*.a"] == rows["stage1.*.b"] == (2, 2 * 10 * 128)
    assert rows["change"] == (1, 640)
    children = {row["module"]: row["macs"] for row in estimate.modules(depth=1)}
    assert children == {"stage1": 5120, "change": 640, "": 0, "stage2": 5120}


def test_nothing_is_lost_of_an_untrained_module():
    # Biases of zeros and equal gains, which torch's optimiser drops and merges.
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LayerNorm(6), nn.LayerNorm(6)).eval()
    nn.init.zeros_(net[0].bias)
    estimate = picotorch.estimate(net, torch.randn(1, 3, 8, 8))
    assert estimate.parameters == sum(one.numel() for one in net.parameters())
    assert estimate.notes == []


def test_inputs_are_a_tensor_a_tuple_or_names():
    class Two(nn.Module):
        def forward(self, x, y, scale=1.0):
            return x @ y * scale

    x, y = torch.randn(3, 4), torch.randn(4, 5)
    ways = [
        picotorch.estimate(Two(), (x, y)),
        picotorch.estimate(Two(), {"x": x, "y": y}),
        picotorch.estimate(Two(), x, example_kwargs={"y": y}),
        picotorch.estimate(Two(), example_kwargs={"y": y, "x": x, "scale": 2.0}),
    ]
    assert [one.macs for one in ways] == [60] * 4


def test_inputs_may_hold_tensors():
    class Nested(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(4, 6)

        def forward(self, both):
            return self.linear(both["x"]) + both["y"]

    both = {"x": torch.randn(2, 4), "y": torch.randn(2, 6)}
    module = Nested().eval()
    assert picotorch.estimate(module, (both,)).macs == 48
    dynamic = {"both": {"x": {0: "n"}, "y": {0: "n"}}}
    assert picotorch.estimate(module, (both,), dynamic=dynamic, n=3).macs == 72
    assert picotorch.estimate(torch.compile(module), (both,)).model == "Nested"


def test_dims_stay_open():
    net = Net().eval()
    dynamic = {"x": {0: "batch", 1: "seq"}}
    x = torch.randn(2, 5, 8)
    assert picotorch.estimate(net, x, dynamic=dynamic, batch=4, seq=7).macs == 28 * 800
    # torch takes an extent of 1 for constant elsewhere, and not here.
    one = torch.randn(1, 5, 8)
    assert picotorch.estimate(net, one, dynamic=dynamic, set={"batch": 4}, seq=7).macs == 28 * 800
    graph = picotorch.graph(net, x, dynamic=dynamic, name="mine")
    assert (graph.dims, graph.name) == (("batch", "seq"), "mine.onnx")
    assert picojoule.sweep(graph, {"seq": range(1, 9)}, batch=1).points == 8


def test_dims_of_inputs_by_name():
    class Two(nn.Module):
        def forward(self, x, *, y, **others):
            return x @ y @ others["z"]

    # In another order than that of `forward`, and one that it does not name.
    inputs = {"z": torch.randn(5, 6), "y": torch.randn(4, 5), "x": torch.randn(3, 4)}
    dynamic = {"z": {0: "inner", 1: "last"}, "y": {1: "inner"}, "x": {0: "rows"}}
    graph = picotorch.graph(Two(), inputs, dynamic=dynamic)
    assert set(graph.dims) == {"last", "inner", "rows"}
    # rows·4·inner and rows·inner·last.
    estimate = picojoule.estimate(graph, rows=2, inner=7, last=9)
    assert estimate.macs == 2 * 4 * 7 + 2 * 7 * 9


def test_what_a_module_gives_is_called_after_it():
    class Scale(nn.Module):
        """Divides by the root of the mean of squares."""

        def forward(self, x):
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)

    net = nn.Sequential(nn.Linear(4, 8), Scale()).eval()
    estimate = picotorch.estimate(net, torch.randn(2, 4), by="op")
    assert [row["module"] for row in estimate.modules()] == ["0", "1"]
    names = [op["op"].partition("/")[0] for op in estimate.ops]
    assert names[0] == "t_0" and names[-1] == "t_1"


def test_dims_without_values_are_named():
    with pytest.raises(picojoule.PicojouleError) as caught:
        picotorch.estimate(Net(), torch.randn(2, 5, 8), dynamic={"x": {0: "b", 1: "n"}}, n=3)
    (mistake,) = caught.value.diagnostics
    assert mistake.message == "dynamic dims without values: `b`"
    assert mistake.help == ["give them by name: `b=…`"]


def test_dims_that_torch_finds_equal():
    class Sum(nn.Module):
        def forward(self, x, y):
            return x + y

    inputs = torch.randn(3), torch.randn(3)
    dynamic = {"x": {0: "n"}, "y": {0: "m"}}
    estimate = picotorch.estimate(Sum().eval(), inputs, dynamic=dynamic, n=5, m=5)
    # Five additions of 0.9 pJ.
    assert estimate.total_pj == pytest.approx(4.5)
    assert estimate.notes == ["torch found `m` equal to `n`, which stands for both"]
    with pytest.raises(picojoule.PicojouleError, match="torch found them equal"):
        picotorch.estimate(Sum(), inputs, dynamic=dynamic, n=5, m=6)


def test_two_modules_side_by_side():
    found = picotorch.compare(
        nn.Linear(8, 16).eval(),
        nn.Sequential(nn.Linear(8, 2), nn.Linear(2, 16)),
        torch.randn(4, 8),
        tables="45nm",
        formats="fp32",
    )
    assert found.baseline == "before"
    # 4·8·16 = 512 products against 4·(8·2 + 2·16) = 192, of 4.6 pJ with their additions.
    before, after = found.rows
    assert (before["energy_pj"], after["energy_pj"]) == (
        pytest.approx(2355.2, rel=1e-15),
        pytest.approx(883.2, rel=1e-15),
    )
    assert after["saving"] == pytest.approx(0.625)
    assert found.notes and all(note.startswith("after: ") for note in found.notes)


class Attention(nn.Module):
    def forward(self, q):
        return functional.scaled_dot_product_attention(q, q, value=q)


@pytest.mark.parametrize("shape", [(3, 4, 8), (2, 3, 4, 8), (2, 2, 3, 4, 8)])
def test_attention_of_any_axes(shape):
    # Scores and context: 2·4·4·8 for each of what stands before tokens and features.
    outer = torch.Size(shape[:-2]).numel()
    assert picotorch.estimate(Attention(), torch.randn(shape)).macs == outer * 256


def test_attention_with_a_mask_of_five_axes():
    class Masked(nn.Module):
        def forward(self, q, mask):
            return functional.scaled_dot_product_attention(q, q, q, mask)

    inputs = torch.randn(2, 2, 3, 4, 8), torch.randn(2, 1, 1, 4, 4)
    assert picotorch.estimate(Masked(), inputs).macs == 12 * 256


class Keeps(nn.Module):
    """Keeps what it computes first, as some networks do in inference."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.norm = nn.BatchNorm1d(4)
        self.dropout = nn.Dropout(0.5)
        self.kept = {}
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        if "bias" not in self.kept:
            self.kept["bias"] = self.linear.weight * 2
        return self.dropout(self.norm(self.linear(x) + self.kept["bias"].sum(0)))


def test_the_module_stays_as_it_was():
    module = Keeps().train()
    module.norm.eval()
    before = copy.deepcopy(module.state_dict())
    x = torch.randn(3, 4)
    random = torch.get_rng_state()
    estimate = picotorch.estimate(module, x)
    assert torch.equal(torch.get_rng_state(), random)
    assert (module.training, module.norm.training, module.dropout.training) == (True, False, True)
    assert (module.kept, module.calls) == ({}, 0)
    assert all(torch.equal(one, before[name]) for name, one in module.state_dict().items())
    assert all(one.grad is None and one.requires_grad for one in module.parameters())
    assert not module._forward_pre_hooks
    assert "training mode" in estimate.notes[0]
    module(x).sum().backward()


def test_weights_are_left_out_or_scanned():
    linear = nn.Linear(200, 200, bias=False)
    with torch.no_grad():
        linear.weight.sign_()
    x = torch.randn(1, 200)
    graph = picotorch.graph(linear, x)
    assert len(graph.contents) < 200 * 200
    assert picotorch.estimate(linear, x).macs == 40_000
    scanned = picotorch.estimate(linear, x, scan_weights=True)
    # Weights of -1 and 1 are added and subtracted.
    assert (scanned.macs, scanned.acs) == (0, 40_000)


def test_a_large_module_needs_no_memory():
    with torch.device("meta"):
        module = nn.Sequential(nn.Linear(1 << 17, 1 << 17), nn.Linear(1 << 17, 8))
    # On no device: 64 GiB of weights would not fit.
    estimate = picotorch.estimate(module, torch.randn(2, 1 << 17))
    assert estimate.macs == 2 * ((1 << 34) + (1 << 20))
    assert estimate.parameters == (1 << 34) + (1 << 17) + (1 << 20) + 8
    assert module[0].weight.is_meta
    with pytest.raises(picojoule.PicojouleError, match="weights without numbers"):
        picotorch.estimate(module, torch.randn(2, 1 << 17), scan_weights=True)


def test_halves_of_a_tensor_without_numbers():
    # torch writes `chunk` as a sequence of tensors, unless it may look at the weights.
    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.both = nn.Linear(8, 12)

        def forward(self, x):
            value, gate = self.both(x).chunk(2, dim=-1)
            return value * gate

    with torch.device("meta"):
        module = Gated()
    estimate = picotorch.estimate(module, torch.randn(5, 8), table="45nm")
    assert estimate.left_out == []
    # 5·8·12 products with additions, 4.6 pJ, and 5·6 products alone, 3.7 pJ.
    assert estimate.total_pj == pytest.approx(480 * 4.6 + 30 * 3.7, rel=1e-12)


def test_experts_of_transformers():
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    config = transformers.MixtralConfig(
        vocab_size=50, hidden_size=8, intermediate_size=12, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=1, num_local_experts=3, num_experts_per_tok=2,
    )
    module = transformers.MixtralForCausalLM(config).eval()
    before = module.config._experts_implementation
    estimate = picotorch.estimate(module, {"input_ids": torch.ones(1, 6, dtype=torch.long)})
    # Six tokens: q, o 8·8 each, k, v 8·4 each; scores and context 2·6·6·8; the router 8·3;
    # two experts of three matrices of 8·12; the head 8·50.
    assert estimate.macs == 6 * (128 + 64 + 24 + 2 * 3 * 96 + 400) + 576
    assert any("`batched_mm`" in note for note in estimate.notes)
    assert (module.config._experts_implementation, module.config.use_cache) == (before, True)
    assert before != "batched_mm"


def test_everything_public_is_explained():
    import inspect

    for name in picotorch.__all__:
        one = getattr(picotorch, name)
        assert inspect.getdoc(one), name
        if inspect.isclass(one):
            for member, value in vars(one).items():
                if callable(value) and not member.startswith("_"):
                    assert inspect.getdoc(getattr(one, member)), f"{name}.{member}"


def test_the_examples_of_the_docstrings():
    import doctest

    from picojoule.torch import _call, _graph, _measured

    for module in (picotorch, _call, _graph, _measured):
        done = doctest.testmod(module)
        assert done.failed == 0
    assert done.attempted > 0


class Branches(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


class Svd(nn.Module):
    def forward(self, x):
        return torch.linalg.svd(x)[0]


@pytest.mark.parametrize(
    "call, said",
    [
        (
            lambda: picotorch.estimate(nn.Sequential(nn.ReLU(), Branches()), torch.randn(2, 8)),
            ["cannot export `Sequential` at `1` (Branches)", "data-dependent", "help"],
        ),
        (
            lambda: picotorch.estimate(nn.Sequential(nn.ReLU(), Svd()), torch.randn(8, 8)),
            ["cannot export `Sequential` at `1` (Svd)", "aten._linalg_svd", "help"],
        ),
        (
            lambda: picotorch.estimate(
                nn.Sequential(nn.Linear(8, 8), nn.Linear(9, 8)), torch.randn(8, 8)
            ),
            ["at `1` (Linear)", "must have same reduction dim"],
        ),
        (
            lambda: picotorch.estimate(Net(), torch.randn(2, 5, 8), dynamic={"x": {2: "d"}}, d=8),
            ["cannot export `Net`", "leave that axis out"],
        ),
        (
            # 33 numbers for a token, where the layer takes 32.
            lambda: picotorch.estimate(
                nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, batch_first=True), 1),
                torch.randn(2, 7, 33),
            ),
            ["cannot run `TransformerEncoder`", "with these example inputs", "33"],
        ),
        (lambda: picotorch.estimate(Net()), ["do not fit `Net`", "'x'", "takes (x)"]),
        (lambda: picotorch.estimate("net", torch.randn(2)), ["torch.nn.Module", "'str'"]),
        (
            lambda: picotorch.graph(Net(), torch.randn(2, 5, 8), dynamic={"y": {0: "b"}}),
            ["`y`", "are `x`"],
        ),
        (
            lambda: picotorch.graph(Net(), torch.randn(2, 5, 8), dynamic={"x": {3: "b"}}),
            ["axis 3 of `x`", "3 axes"],
        ),
        (
            lambda: picotorch.graph(Net(), torch.randn(2, 5, 8), dynamic={"x": {0: "2b"}}),
            ["'2b'", "letters"],
        ),
        (
            lambda: picotorch.graph(Net(), torch.randn(2, 5, 8), dynamic=["batch"]),
            ["['batch']", '{"x": {0: "batch"}}'],
        ),
        (
            lambda: picotorch.estimate(nn.Linear(8, 8), torch.randn(8), table="45mm"),
            ["no table `45mm` ships"],
        ),
    ],
)
def test_mistakes_say_where_and_what(call, said, capfd):
    with pytest.raises(picojoule.PicojouleError) as caught:
        call()
    for part in said:
        assert part in str(caught.value)
    assert caught.value.diagnostics
    # No pages of torch's above it.
    assert caught.value.__cause__ is None
    # Nothing but the exception: torch's own listings are kept back.
    assert capfd.readouterr() == ("", "")


def test_results_can_be_sent_elsewhere():
    estimate = picotorch.estimate(nn.Linear(4, 8), torch.randn(2, 4)).by("op")
    again = pickle.loads(pickle.dumps(estimate))
    assert again.modules() == estimate.modules()
    # The module was in training mode, which is said under the table.
    assert again.notes == estimate.notes
    assert "note: the module is in training mode" in repr(again)
