#!/usr/bin/env python3
"""The schemas of picojoule in the hands of another program.

    schemas.py        checks the schemas themselves and every TOML file that ships

Needs jsonschema (tried with 4.26.0). Not part of `cargo test`, which holds the schemas to the readers with a check of its
own (src/schema/tests): this says that others understand them alike.
"""
import json
import pathlib
import sys
import tomllib

from jsonschema import Draft7Validator

ROOT = pathlib.Path(__file__).resolve().parent.parent


def schema_of(path):
    """The schema that the first line of a file names."""
    first = path.read_text().splitlines()[0]
    if not first.startswith("#:schema "):
        sys.exit(f"{path}: names no schema in its first line")
    return (path.parent / first.removeprefix("#:schema ")).resolve()


def main():
    validators = {}
    for path in sorted((ROOT / "schemas").glob("*.json")):
        schema = json.loads(path.read_text())
        Draft7Validator.check_schema(schema)
        validators[path] = Draft7Validator(schema)
    folders = ["energy-tables", "models", "models/blocks", "reports", "reports/claims", "tests/schemas"]
    files = [path for folder in folders for path in sorted((ROOT / folder).glob("*.toml"))]
    wrong = 0
    for path in files:
        value = tomllib.loads(path.read_text())
        validator = validators[schema_of(path)]
        for error in validator.iter_errors(value):
            wrong += 1
            where = ".".join(str(part) for part in error.absolute_path)
            print(f"{path.relative_to(ROOT)}: {where}: {error.message}")
        # A key that nobody knows is refused in every file.
        if validator.is_valid({**value, "zz": 7}):
            wrong += 1
            print(f"{path.relative_to(ROOT)}: takes a key that no reader knows")
    print(f"{len(validators)} schemas, {len(files)} files, {wrong} faults")
    sys.exit(1 if wrong else 0)


main()
