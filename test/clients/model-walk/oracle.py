"""What a service model says of an input and of an answer."""

import base64
import binascii
import re
from dataclasses import dataclass, field


@dataclass
class Verdict:
    """Of an input. Without either of the two it is allowed."""

    wrong_types: list = field(default_factory=list)
    # Pairs of a member, written as AWS writes it, and the constraint in AWS's words.
    violations: list = field(default_factory=list)

    def is_allowed(self):
        return not self.wrong_types and not self.violations

    def texts(self):
        return {
            f"Invalid parameter at '{at}' failed to satisfy constraint: '{constraint}'"
            for at, constraint in self.violations
        }


def judge_input(shape, value):
    verdict = Verdict()
    look(shape, value, "", verdict)
    return verdict


def look(shape, value, at, verdict):
    kind = shape.type_name
    if not has_type(kind, value):
        verdict.wrong_types.append(at)
        return
    violate = lambda constraint: verdict.violations.append((at, constraint))  # noqa: E731
    if kind == "structure":
        for name, member in shape.members.items():
            inner = f"{at}.{name}" if at else name
            if value.get(name) is not None:
                look(member, value[name], inner, verdict)
            elif name in shape.required_members:
                verdict.violations.append((inner, "Member must not be null"))
    elif kind == "list":
        check_limits(shape, len(value), "length", violate)
        for number, item in enumerate(value, 1):
            look(shape.member, item, f"{at}.{number}.member", verdict)
    elif kind in ("integer", "long"):
        check_limits(shape, value, "value", violate)
    elif kind == "blob":
        check_limits(shape, len(decoded(value)), "length", violate)
    elif kind == "string":
        check_limits(shape, len(value), "length", violate)
        pattern = shape.metadata.get("pattern")
        if pattern is not None and not matches(pattern, value):
            violate(f"must satisfy regular expression '{pattern}'")
        if shape.enum and value not in shape.enum:
            violate(f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")


def check_limits(shape, number, what, violate):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and number < low:
        violate(f"Member must have {what} greater than or equal to {low}")
    if high is not None and number > high:
        violate(f"Member must have {what} less than or equal to {high}")


def matches(pattern, text):
    """As Java's `matches` does: the whole text, and `$` is no place before a last newline."""
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), text) is not None


def has_type(kind, value):
    if kind == "structure":
        return isinstance(value, dict)
    if kind == "list":
        return isinstance(value, list)
    if kind in ("integer", "long"):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "blob":
        return isinstance(value, str) and decoded(value) is not None
    return isinstance(value, str)


def decoded(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def judge_output(shape, value, at="output"):
    """The faults of an answer: members that are unknown, missing, null, or not of their type or within their limits."""
    kind = shape.type_name
    if kind == "timestamp":
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return [] if is_number else [f"{at} is no timestamp"]
    if kind == "map":
        return [] if isinstance(value, dict) else [f"{at} is no map"]
    if not has_type(kind, value):
        return [f"{at} is no {kind}: {value!r:.80}"]
    if kind == "structure":
        faults = [f"{at}.{name} is not in the model" for name in value if name not in shape.members]
        faults += [f"{at}.{name} is missing" for name in shape.required_members if name not in value]
        for name, member in shape.members.items():
            if name in value:
                faults += judge_output(member, value[name], f"{at}.{name}")
        return faults
    if kind == "list":
        faults = []
        check_limits(shape, len(value), "length", lambda constraint: faults.append(f"{at}: {constraint}"))
        for number, item in enumerate(value):
            faults += judge_output(shape.member, item, f"{at}[{number}]")
        return faults
    verdict = Verdict()
    look(shape, value, at, verdict)
    return [f"{where}: {constraint}" for where, constraint in verdict.violations]
