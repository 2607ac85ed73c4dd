from .film import current as current
from .film import frame as frame
from .film import render as render
from .film import still as still
