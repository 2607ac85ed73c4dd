"""What is known of a spec before it is loaded: the keys that it leaves out, and how large its data may be."""

from gdanim.formats import DEFAULT

SCENE = "surface"
MOST_BYTES = 64_000_000  # of a file of data
FORMATS = (DEFAULT,)
