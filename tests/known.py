"""The registered functions that can be had by their name alone: all but those that need data."""

from gdanim.registry import functions

BY_NAME = [
    name
    for name in functions
    if all(given.default is not given.empty for given in functions.parameters(name).values())
]
