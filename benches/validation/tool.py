"""Files of runs for picojoule, and what it says of them."""

import csv
import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


def measured(path):
    """The rows of a CSV with comments."""
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


class Tool:
    """The program, and a folder for what goes into it."""

    def __init__(self, program, folder):
        self.program = str(program)
        self.folder = Path(folder)
        self.shipped = []

    def runs(self, name, rows):
        """Writes a file of runs, with the columns of the first row."""
        path = self.folder / f"{name}.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def json(self, *arguments):
        """What a command answers, as data."""
        command = [self.program, *map(str, arguments), "--output", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
        return json.loads(done.stdout)

    def calibrate(self, runs, *arguments):
        """A fit: its coefficients by name, and its errors by what was left out."""
        answer = self.json("calibrate", runs, *arguments)
        coefficients = {one["name"]: one for one in answer["coefficients"]}
        return coefficients, answer["errors"]

    def ship(self, name, runs, source, *arguments):
        """A fit into a table that ships."""
        out = self.folder / f"{name}.toml"
        self.shipped.append(out)
        return self.calibrate(runs, *arguments, "--source", source, "--out", out)

    def validate(self, runs, *arguments):
        """Predictions: the errors of each group, `all` among them, and the runs."""
        answer = self.json("validate", runs, *arguments)
        return {one["group"]: one for one in answer["groups"]}, answer["runs"]


def quantile(values, share):
    """As picojoule has it: between neighbours in proportion."""
    values = sorted(values)
    at = share * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])


def times(factor):
    """`×1.8`"""
    return f"×{factor:.2f}"


def digits(number):
    """A number to three digits: `1120`, `17.6`."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def percent(share):
    """`7.9 %`"""
    return f"{100 * share:.1f} %"


def table(header, rows, words=1):
    """A table in Markdown; columns after the first ones, of words, are numbers."""
    rule = "|" + "---|" * words + "---:|" * (len(header) - words)
    lines = ["| " + " | ".join(header) + " |", rule]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)
