"""What differs from the models on purpose: differences.json, which the README of the local ECR shows."""

import json
from pathlib import Path


def read_lists():
    return json.loads((Path(__file__).parent / "differences.json").read_text())


class Deliberate:
    """Knows which entries were met."""

    def __init__(self, entries):
        self.entries = entries
        self.met = set()

    def has(self, service, call, member, answer):
        for number, entry in enumerate(self.entries):
            is_member = entry["member"] == member and names(entry["calls"], service, call)
            if is_member and entry["answer"] == answer.name() and entry["says"] in answer.message():
                self.met.add((number, f"{service}:{call}"))
                return True
        return False

    def lines(self):
        for entry in self.entries:
            yield f"{', '.join(entry['calls'])} {entry['member']}: {entry['answer']}. {entry['reason']}"

    def stale(self, walked):
        """Entries, call by call, that this walk of these calls did not meet."""
        for number, entry in enumerate(self.entries):
            for call in walked:
                if names(entry["calls"], *call.split(":")) and (number, call) not in self.met:
                    yield f"{call} {entry['member']}: differences.json has {entry['says']}, which did not come"


def names(calls, service, call):
    return f"{service}:{call}" in calls or f"*:{call}" in calls or "*" in calls
