"""The package: what it shows, what it says of its types, what it is installed as."""

import ast
import inspect
import re
import subprocess
import sys
from importlib import metadata

import picojoule
import pytest


def test_the_version_is_that_of_the_program(program):
    assert program("--version") == f"picojoule {picojoule.__version__}\n"
    assert metadata.version("picojoule") == picojoule.__version__


def test_the_program_gives_its_exit_codes(program):
    program("crossover", "attention", "--between=vanilla,e-att", "--over=n=1..2", code=1)
    program("estimate", "nothing-of-that-name", code=2)


def test_a_module_without_its_like_needs_nothing():
    # Neither a library that takes rows, nor one that is slow to be imported.
    code = (
        "import sys, picojoule; picojoule.estimate('attention').total_pj\n"
        "slow = {'numpy', 'pyarrow', 'polars', 'pandas', 'duckdb', 'torch', 'inspect', 'dataclasses'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
    assert all("extra ==" in one for one in metadata.requires("picojoule") or [])


@pytest.mark.parametrize(
    "command, function",
    [
        ("estimate", picojoule.estimate),
        ("compare", picojoule.compare),
        ("sensitivity", picojoule.sensitivity),
        ("crossover", picojoule.crossover),
        ("sweep", picojoule.sweep),
    ],
)
def test_keywords_are_the_options_of_the_command(program, command, function):
    """Each option that says what is worked out is a keyword, and each keyword one."""
    options = set(re.findall(r"--([a-z][a-z-]+)", program(command, "--help")))
    # How a result is printed or where it goes is for methods of the result.
    shown = {"output", "plot", "width", "font-size", "title", "log-axis", "target", "help"}
    shown |= {"version", "formula", "out", "skip-existing", "shard"}
    if command != "sweep":
        shown.add("columns")
    # Two names of one option, and what the help names in passing.
    same = {"variant": "variants", "between": "variants", "table": "tables"}
    same |= {"format": "formats", "scope": "scopes"}
    keywords = {
        name.replace("_", "-")
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY or name == "over"
    }
    known = {same.get(name, name) for name in keywords}
    options = {same.get(name, name) for name in options} - shown
    assert known <= options | {"scopes"}, known - options
    assert options <= known, options - known


def test_everything_public_is_explained(repository):
    for name in picojoule.__all__:
        if name != "__version__":
            assert inspect.getdoc(getattr(picojoule, name)), name
    for kind in (picojoule.Result, picojoule.Estimate, picojoule.Sweep):
        for name, member in vars(kind).items():
            if not name.startswith("_"):
                assert inspect.getdoc(member), f"{kind.__name__}.{name}"


def test_the_stub_names_what_there_is(repository):
    from picojoule import _native

    stub = ast.parse((repository / "python/picojoule/_native.pyi").read_text())
    for node in stub.body:
        if isinstance(node, ast.ClassDef):
            kind = getattr(_native, node.name)
            methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
            public = {name for name in vars(kind) if not name.startswith("_")}
            assert {name for name in methods if not name.startswith("_")} == public, node.name
        elif isinstance(node, ast.FunctionDef):
            assert callable(getattr(_native, node.name))


def test_a_result_shows_itself():
    estimate = picojoule.estimate("attention", variant="e-att")
    title = repr(estimate).splitlines()[0]
    assert title.startswith("attention") and title.endswith("e-att on 45nm, fp32")
    html = estimate._repr_html_()
    assert html.count("<table>") == 1 and html.count("<svg") == 1
    assert "q-proj" in estimate.to_svg()
    assert "| q-proj |" in estimate.to_markdown()
    assert "\\begin{table" in estimate.to_latex()
    assert "total_pj" in dir(estimate)
    with pytest.raises(AttributeError, match="no field 'joules'"):
        estimate.joules
    crossover = picojoule.crossover("attention", "n=1..9", between=["vanilla", "e-att"])
    assert crossover.to_svg() is None and "<table>" in crossover._repr_html_()


def test_html_is_escaped():
    name = picojoule.File("mine.toml", 'name = "<b>&"\nextends = "45nm"\n')
    html = picojoule.estimate("attention", table=name)._repr_html_()
    assert "<b>&" not in html.split("<svg")[0]
    assert "&lt;b&gt;&amp;" in html


def test_files_in_memory_are_those_on_disk(repository):
    path = repository / "models/attention.toml"
    table = repository / "energy-tables/7nm.toml"
    on_disk = picojoule.estimate(path, table=table)
    # Blocks and tables that a file names by a path lie beside it.
    given = picojoule.File(str(path), path.read_bytes())
    assert picojoule.estimate(given, table=table).to_json() == on_disk.to_json()
    graph = sorted((repository / "tests/onnx").rglob("*.onnx"))[0]
    held = picojoule.estimate(graph.read_bytes(), batch=2)
    assert held.total_pj == picojoule.estimate(graph, batch=2).total_pj
    with pytest.raises(picojoule.PicojouleError, match="two files are called"):
        picojoule.compare(
            picojoule.File("a.toml", "x"), picojoule.File("a.toml", "y")
        )


def test_values_are_taken_as_python_has_them():
    from fractions import Fraction

    as_text = picojoule.estimate("attention", variant="e-att", set={"rho": "0.25"})
    for rho in (0.25, Fraction(1, 4)):
        assert picojoule.estimate("attention", variant="e-att", rho=rho).to_json() == as_text.to_json()
    small = picojoule.estimate("attention", variant="e-att", rho=1e-05)
    assert small.dims["rho"] == 1e-05
    prices = picojoule.estimate("attention", set={"45nm.fp32.mul": 2, "n": 10})
    assert prices.dims["n"] == 10
