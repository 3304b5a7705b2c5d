"""Brings each error that the models give a call about."""

import collections
import contextlib
import tempfile

from answers import faults_of
from recipes import ENCRYPTED, FIXED, Provoker
from samples import START
from server import Client, Server


@contextlib.contextmanager
def strict_server(main):
    """One with low limits, tags that do not move, and a repository whose key KMS refuses."""
    with tempfile.TemporaryDirectory() as folder:
        with Server(main, "--data", folder, *START) as first:
            client = Client(first, "ecr")
            encryption = {"encryptionType": "KMS", "kmsKey": "alias/broken"}
            encrypted = {"repositoryName": ENCRYPTED, "encryptionConfiguration": encryption}
            client.do("CreateRepository", encrypted)
            client.do("CreateRepository", {"repositoryName": FIXED, "imageTagMutability": "IMMUTABLE"})
        limits = ["maxRepositories=3", "maxTagsPerImage=1", "maxLayerBytes=1000"]
        options = [word for limit in limits for word in ("--limit", limit)]
        options += ["--broken-key", "alias/broken=DisabledException", "--behaviour", "publicTags=IMMUTABLE"]
        with Server(main, "--data", folder, *START, *options) as server:
            yield server


def walk_errors(main, walks, switched, problems):
    """Brings each error of each call about. Returns how many there were."""
    count = 0
    with contextlib.ExitStack() as servers:
        strict = servers.enter_context(strict_server(main))
        provokers = [Provoker(walk.stage, strict, switched) for walk in walks]
        failing = failing_servers(main, servers, walks, provokers)
        for walk, provoker in zip(walks, provokers):
            for call in walk.per_call:
                for shape in walk.client.model.operation_model(call).error_shapes:
                    count += 1
                    request = provoker.request(call, shape.name, failing)
                    what = f"{walk.service}:{call} {shape.name}"
                    problems += [f"{what}: {fault}" for fault in provoked(call, shape.name, request)]
            problems += [f"{walk.service}: {stale}" for stale in provoker.stale(walk)]
    return count


def provoked(call, error, request):
    """Brings one error about; gives what is wrong with it."""
    if request is None:
        yield "the walk does not know how to bring this error about"
        return
    client, body = request
    answer = client.send(call, body)
    if answer.name() != error:
        yield f"{answer.name()} came instead: {answer.message()}"
    yield from faults_of(client, call, answer)


def failing_servers(main, servers, walks, provokers):
    """A server for each exception that only a switch brings about, by the exception's name."""
    failures = collections.defaultdict(list)
    for walk, provoker in zip(walks, provokers):
        for call in walk.per_call:
            for shape in walk.client.model.operation_model(call).error_shapes:
                if provoker.is_switched(call, shape.name):
                    failures[shape.name].append(f"--fail={call}={shape.name}")
    started = failures.items()
    return {error: servers.enter_context(Server(main, *START, *fail)) for error, fail in started}
