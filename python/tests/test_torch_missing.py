"""PyTorch is an extra: nothing asks for it before it is used."""

import subprocess
import sys


def run(program: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


def test_the_module_does_without():
    done = run("import picojoule, sys; assert not {'torch', 'onnx'} & set(sys.modules)")
    assert done.returncode == 0, done.stderr


def test_what_is_missing_is_said():
    # A name that is None in `sys.modules` is a module that there is not.
    done = run("import sys; sys.modules['torch'] = None; import picojoule.torch")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: picojoule.torch needs torch")
    assert "pip install 'picojoule[torch]'" in last


def test_torch_alone_is_not_enough():
    program = (
        "import sys, types; sys.modules['torch'] = types.ModuleType('torch'); "
        "sys.modules['onnx'] = None; import picojoule.torch"
    )
    done = run(program)
    assert "needs onnx," in done.stderr.strip().splitlines()[-1]
