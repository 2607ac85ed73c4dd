"""How Sphinx makes a site of these pages: make docs."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent

project = "gdanim"
author = "the gdanim authors"
copyright = f"2026, {author}"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

smartquotes = False  # they would change what is code in docstrings
html_theme = "furo"
html_title = "gdanim"
html_copy_source = False
html_show_sourcelink = False
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
nitpicky = True
# Of other projects, whose inventories would have to be fetched; and what a spec can be loaded from.
nitpick_ignore_regex = [
    ("py:.*", r"(numpy|np|pathlib|collections|typing|enum)\b.*|NDArray.*|Path|PathLike|Image|Source")
]
