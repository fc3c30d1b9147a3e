"""How Sphinx builds the site: `sphinx-build -W docs FOLDER`, with the extra `docs` installed."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_site"), str(HERE.parent)]

from flake8_training_phase import __version__  # noqa: E402 - found by the line above

project = "flake8-training-phase"
author = "the flake8-training-phase developers"
copyright = author
release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton", "sphinx_design", "plain_markdown"]
exclude_patterns = ["_site"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# The pages show files as people write them, with comments that JSON does not have, and parts of programs.
suppress_warnings = ["misc.highlighting_failure"]
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True

default_role = "code"  # as single backticks mean in the docstrings

html_theme = "furo"
pygments_style = "default"
pygments_dark_style = "monokai"
html_title = "flake8-training-phase"
html_static_path = ["_site/static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
