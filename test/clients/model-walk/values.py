"""Values at the edges of what a shape of a service model allows.

Which of them are allowed, `oracle.py` says: here they only have to be near the edge, on both sides of it.
"""

import base64
import random
import re
from re import _parser as regex_parser

LARGEST_SAFE_INTEGER = 2**53 - 1
WRONG_TYPES = {
    "string": [1, True, ["a"], {"a": 1}],
    "integer": ["1", 1.5, True, [1], {"a": 1}],
    "boolean": ["true", 1, 0, [True], {"a": True}],
    # Not base64: other characters, no padding, padding inside, the alphabet for URLs.
    "blob": [1, True, ["YWJj"], {"a": 1}, "!!!!", "YQ", "YQ==YQ==", "_-8A"],
    "list": ["a", 1, True, {"a": 1}],
    "structure": ["a", 1, True, ["a"]],
}
WRONG_TYPES["long"] = WRONG_TYPES["integer"]


class UnknownShape(Exception):
    """The model has a type of member that this walk does not know yet."""


class Samples:
    """Allowed values of shapes; `known` has the ones that must mean something to the service, by member name."""

    def __init__(self, known):
        self.known = known

    def of(self, shape, name, number=0):
        """One allowed value. `number` tells the items of a list apart."""
        if name in self.known:
            value = self.known[name]
            return value(number) if callable(value) else value
        kind = shape.type_name
        if kind == "structure":
            return {
                member: self.of(inner, f"{name}.{member}", number)
                for member, inner in shape.members.items()
                if member in shape.required_members
            }
        if kind == "list":
            return [self.of(shape.member, f"{name}[]", at) for at in range(max(1, minimum(shape)))]
        if kind == "boolean":
            return False
        if kind in ("integer", "long"):
            return minimum(shape)
        if kind == "blob":
            return base64.b64encode(b"a" * max(1, minimum(shape))).decode()
        if kind == "string":
            return string_sample(shape, number)
        raise UnknownShape(f"{name} is a {kind}")


def minimum(shape):
    return shape.metadata.get("min", 0)


def string_sample(shape, number):
    if shape.enum:
        return shape.enum[0]
    if "pattern" in shape.metadata:
        wanted = f"{'a' * max(1, minimum(shape) - 1)}{number}"
        if re.fullmatch(shape.metadata["pattern"], wanted):
            return wanted
        return next(iter(matching(shape.metadata["pattern"])))
    return f"{'a' * max(1, minimum(shape) - 1)}{number}"


def edges(shape, name, samples):
    """Pairs of what a value is for and the value."""
    kind = shape.type_name
    if kind not in WRONG_TYPES:
        raise UnknownShape(f"{name} is a {kind}")
    for value in WRONG_TYPES[kind]:
        yield "type", value
    yield "null", None
    yield "sample", samples.of(shape, name)
    if kind == "string":
        yield from string_edges(shape, samples.of(shape, name))
    elif kind in ("integer", "long"):
        yield from (("range", number) for number in around(shape, LARGEST_SAFE_INTEGER))
    elif kind == "boolean":
        yield from (("value", flag) for flag in (True, False))
    elif kind == "blob":
        for length in around(shape, 100):
            if length >= 0:
                yield "length", base64.b64encode(b"a" * length).decode()
    elif kind == "list":
        for length in around(shape, 3):
            if length >= 0:
                item = f"{name}[]"
                yield "length", [samples.of(shape.member, item, at) for at in range(length)]
    elif kind == "structure":
        yield "members", {}
        yield "members", {**samples.of(shape, name), "notInTheModel": {"a": [1]}}


def around(shape, otherwise):
    """Just inside and just outside the limits; `otherwise` stands in for a largest number that the model leaves open."""
    low = minimum(shape)
    high = shape.metadata.get("max")
    numbers = {low - 1, low, low + 1} if "min" in shape.metadata else {0, 1}
    numbers |= {otherwise} if high is None else {high - 1, high, high + 1}
    return sorted(numbers)


def string_edges(shape, sample):
    if shape.enum:
        for word in shape.enum:
            yield from (("enum", text) for text in (word, word.lower(), f"{word}S", word[:-1]))
        yield "enum", ""
        return
    pattern = shape.metadata.get("pattern")
    if "min" in shape.metadata or "max" in shape.metadata:
        for length in around(shape, 1000):
            if length >= 0:
                yield "length", of_length(pattern, length, sample)
    elif pattern is None:
        yield from (("free", text) for text in ("", "a", "é", "\U0001f40b", "a" * 5000))
    if pattern is None:
        # A length counts characters: these have two bytes each.
        if shape.metadata.get("max", 0) > 1:
            yield from (("length", "é" * count) for count in (shape.metadata["max"], shape.metadata["max"] + 1))
        return
    texts = matching(pattern)
    yield from (("pattern", text) for text in texts)
    for text in (min(texts, key=len), max(texts, key=len)):
        yield from (("pattern", wrong) for wrong in mutants(text))


def of_length(pattern, length, sample):
    """A text of this length, which matches the pattern if one can be found, and is JSON if the sample is."""
    if sample.startswith("{") and len(sample) <= length:
        return sample.ljust(length)
    plain = "a" * length
    if pattern is None or re.fullmatch(pattern, plain):
        return plain
    return next((one * length for one in "0A-_.:" if re.fullmatch(pattern, one * length)), plain)


def mutants(text):
    """Texts near `text`, most of which no pattern that allows `text` allows."""
    yield ""
    for odd in ("!", " ", "A", "é", "\n", "/", "-"):
        yield odd + text
        yield text + odd
        yield text[:1] + odd + text[1:]
    yield text[:-1]
    yield text + text
    yield text.upper()


def matching(pattern, count=4):
    """Texts that match the pattern, drawn from its grammar; always the same ones."""
    draw = random.Random(pattern)
    tree = regex_parser.parse(pattern)
    found = []
    for _ in range(count * 10):
        text = drawn(tree, draw)
        if re.fullmatch(pattern, text) and text not in found:
            found.append(text)
        if len(found) == count:
            break
    if not found:
        raise UnknownShape(f"no text was found for the pattern {pattern}")
    return found


def drawn(tree, draw):
    return "".join(drawn_piece(str(kind), argument, draw) for kind, argument in tree)


def drawn_piece(kind, argument, draw):
    if kind == "LITERAL":
        return chr(argument)
    if kind == "IN":
        return drawn_piece(*map_kind(draw.choice(argument)), draw)
    if kind == "RANGE":
        return chr(draw.randint(*argument))
    if kind == "MAX_REPEAT":
        low, high, inner = argument
        return "".join(drawn(inner, draw) for _ in range(draw.randint(low, min(high, low + 2))))
    if kind == "SUBPATTERN":
        return drawn(argument[3], draw)
    if kind == "BRANCH":
        return drawn(draw.choice(argument[1]), draw)
    if kind == "AT":
        return ""
    raise UnknownShape(f"{kind} in a pattern")


def map_kind(item):
    return str(item[0]), item[1]
