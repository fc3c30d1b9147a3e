"""How code is changed: what a fix wants (plain data that rules make), and how it is rendered with libcst."""
