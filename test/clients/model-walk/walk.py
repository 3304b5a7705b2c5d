"""Holds the local ECR to AWS's own service models, as botocore has them.

For each call that the local ECR answers, and each member of its input, values just inside and just outside each
constraint of the model are sent. The model says what must come back. Then each error that the model gives each call is
brought about. What differs is in differences.json, with reasons; anything else, and an entry there that differs no
longer, makes the walk fail.

    python walk.py --server node test/local-ecr/main.ts [--call ecr:PutImage]... [--show-all]
"""

import argparse
import collections
import copy
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import botocore

from answers import faults_of
from differences import Deliberate, read_lists
from errors import walk_errors
from oracle import judge_input
from samples import START, Stage
from server import Client, Server
from values import Samples, edges

SERVICES = ("ecr", "ecr-public")
# Of the differences.
SHOWN = 40
# What an input as a whole may be that is none.
BODIES = (b"", b"{", b"[]", b'"a"', b"1", b"true", b"nothing")


class Walk:
    """One service."""

    def __init__(self, stage, deliberate, problems):
        self.stage = stage
        self.client = stage.client
        self.service = stage.service
        self.deliberate = deliberate
        self.problems = problems
        self.samples = Samples(stage.known())
        self.counts = collections.Counter()
        self.per_call = {}

    def implemented(self):
        calls = self.client.model.operation_names
        return [call for call in calls if self.client.send(call, b"{}").name() != "UnknownOperationException"]

    def walk_all(self, wanted):
        self.stage.fill()
        for call in self.implemented():
            if not wanted or f"{self.service}:{call}" in wanted:
                self.walk(call)

    def walk(self, call):
        before = self.counts["values"]
        shape = self.client.model.operation_model(call).input_shape
        if self.stage.sample(call) is None:
            self.problem(call, "", "", None, "the walk has no sample for this call")
            return
        self.input = self.stage.sample(call)
        self.expect_success(call)
        for body in BODIES:
            self.try_body(call, body)
        members = list(walked_members(shape))
        for path, member in members:
            for purpose, value in edges(member, named(path), self.samples):
                self.try_value(call, shape, path, purpose, value)
        self.per_call[call] = (len(members), self.counts["values"] - before)
        self.counts["members"] += len(members)

    def expect_success(self, call):
        answer = self.client.send(call, self.input)
        if answer.error is not None:
            self.problem(call, "", "", self.input, f"the sample was to succeed: {answer.error}")
        self.judge_answer(call, "", self.input, answer)
        self.input = self.stage.sample(call)

    def try_body(self, call, body):
        """A body that is no object is a SerializationException; none at all is an input without members."""
        if body == b"":
            shape = self.client.model.operation_model(call).input_shape
            self.judge(call, "", "body", {}, judge_input(shape, {}), self.client.send(call, body))
            return
        answer = self.client.send(call, body)
        self.counts.update(["values", "outside"])
        if answer.name() != "SerializationException":
            self.problem(call, "", "body", body.decode(), f"was answered with {answer.name()}: {answer.message()}")
        self.judge_answer(call, "", body.decode(), answer)

    def try_value(self, call, shape, path, purpose, value):
        companions = {} if value is None else self.stage.companions(named(path))
        sample = {**self.input, **companions}
        body = placed(sample, shape, path, value, self.samples)
        answer = self.client.send(call, body)
        self.judge(call, named(path), purpose, body, judge_input(shape, body), answer)
        if answer.name() not in ("SerializationException", "InvalidParameterException"):
            self.input = self.stage.sample(call)

    def judge(self, call, member, purpose, body, verdict, answer):
        self.counts.update(["values", "inside" if verdict.is_allowed() else "outside"])
        name = answer.name()
        if verdict.wrong_types:
            expected, fits = "SerializationException", name == "SerializationException"
        elif verdict.violations:
            expected = " or ".join(sorted(verdict.texts()))
            # Java and JavaScript write a slash in a pattern in two ways.
            said = answer.message().replace("\\/", "/")
            texts = {text.replace("\\/", "/") for text in verdict.texts()}
            fits = name == "InvalidParameterException" and said in texts
        else:
            expected, fits = "success, or an error that is not about parameters", self.is_meaningful(call, name)
        if not fits and not self.deliberate.has(self.service, call, member, answer):
            said = f"was answered with {name}: {answer.message()}\n    expected: {expected}"
            self.problem(call, member, purpose, body, said)
        self.judge_answer(call, member, body, answer)

    def is_meaningful(self, call, name):
        modelled = {error.name for error in self.client.model.operation_model(call).error_shapes}
        return name == "ok" or name in modelled - {"InvalidParameterException", "ServerException"}

    def judge_answer(self, call, member, body, answer):
        for fault in faults_of(self.client, call, answer):
            self.problem(call, member, "answer", body, fault)

    def problem(self, call, member, purpose, body, what):
        shown = json.dumps(body)
        shown = shown if len(shown) < 300 else f"{shown[:300]}… ({len(shown)} characters)"
        self.problems.append(f"{self.service}:{call} {member} ({purpose}) {what}\n    sent: {shown}")


def walked_members(shape, path=()):
    """Every member of an input, those of its members and of items of its lists included."""
    for name, member in shape.members.items():
        yield from walked_shape(member, (*path, name))


def walked_shape(shape, path):
    yield path, shape
    if shape.type_name == "structure":
        yield from walked_members(shape, path)
    elif shape.type_name == "list":
        yield from walked_shape(shape.member, (*path, 0))


def named(path):
    """`imageIds[].imageTag`"""
    return "".join("[]" if key == 0 else f".{key}" for key in path).removeprefix(".")


def placed(sample, shape, path, value, samples):
    """The sample with this value there; what is around it and missing is made up."""
    body = copy.deepcopy(sample)
    at = body
    for depth, key in enumerate(path):
        shape = shape.member if key == 0 else shape.members[key]
        if depth == len(path) - 1:
            at[key] = value
        elif isinstance(at, list) or key in at:
            at = at[key]
        else:
            at[key] = samples.of(shape, named(path[: depth + 1]))
            at = at[key]
    return body


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True, nargs=2, help="what starts the local ECR: node test/local-ecr/main.ts")
    parser.add_argument("--call", action="append", default=[], help="walk this call alone, such as ecr:PutImage")
    parser.add_argument("--show-all", action="store_true", help=f"all differences, not just {SHOWN} of them")
    options = parser.parse_args()
    lists = read_lists()
    deliberate = Deliberate(lists["differences"])
    problems = []
    with Server(options.server, *START) as server:
        walks = [Walk(Stage(Client(server, service)), deliberate, problems) for service in SERVICES]
        # Both at once: each waits for its own answers.
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda walk: walk.walk_all(options.call), walks))
        errors = walk_errors(options.server, walks, lists["switched"], problems)
    walked = [f"{walk.service}:{call}" for walk in walks for call in walk.per_call]
    problems += deliberate.stale(walked)
    report(walks, deliberate, errors)
    if problems:
        print(f"\n{len(problems)} differences from the models:\n")
        print("\n".join(problems if options.show_all else problems[:SHOWN]))
        sys.exit(1)


def report(walks, deliberate, errors):
    print(f"botocore {botocore.__version__}")
    for walk in walks:
        calls, counts = walk.per_call, walk.counts
        print(
            f"{walk.service} {walk.client.model.api_version}: {len(calls)} calls × {counts['members']} members × "
            f"{counts['values']} values ({counts['inside']} that the model allows, {counts['outside']} that it does not)"
        )
        for call, (members, values) in calls.items():
            print(f"  {call}: {members} members, {values} values")
    print(f"{errors} errors of calls, each brought about and raised by boto3 as its class")
    print(f"{len(deliberate.entries)} deliberate differences:")
    print("\n".join(f"  {line}" for line in deliberate.lines()))


if __name__ == "__main__":
    main()
