"""Renders cases with Jinja as transformers sets it up, for comparison with AIGC_TEST_TEMPLATES of JinjaDifferentialTests.

usage: oracle.py cases.jsonl expected.jsonl     (needs the package jinja2)
A case is a line {"template": text, "vars": {...}}; the answer is a line {"template", "vars", "text"}, text null where Jinja refuses.
"""
import datetime
import json
import sys

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 3, 5, 7, 8, 9)


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise TemplateError(message)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
environment.filters["tojson"] = tojson
environment.globals.update(raise_exception=raise_exception, strftime_now=NOW.strftime)
with open(sys.argv[1]) as cases, open(sys.argv[2], "w") as expected:
    for line in cases:
        case = json.loads(line)
        try:
            case["text"] = environment.from_string(case["template"]).render(**case["vars"])
        except Exception:
            case["text"] = None
        expected.write(json.dumps(case, ensure_ascii=False) + "\n")
