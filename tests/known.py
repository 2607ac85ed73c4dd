"""The registered functions that can be had by their name alone: all but those that need data."""

from gdanim.registry import functions

BY_NAME = [name for name in functions if not functions.needed(name)]
