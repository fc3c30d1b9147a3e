"""How a command ends: with an exit code, whatever happens on the way."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable

from flake8_training_phase.command.parser import ERROR, UsageError
from flake8_training_phase.configuration.errors import SettingsError

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells give it."""
CUT_SHORT = 141
"""The exit code when the reader of the output goes away, as shells give it."""


def ended(name: str, run: Callable[[], int], on_mistake: Callable[[], None] = lambda: None) -> int:
    """Run a command; gives its exit code. `on_mistake` is called after a wrong option or setting was reported."""
    if sys.stderr is None:  # It was closed.
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - open to the end
    if sys.stdout is None:
        return _cannot_write(name, "it is closed")
    try:
        code = run()
        sys.stdout.flush()
    except (UsageError, SettingsError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        on_mistake()
        return ERROR
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Who reads the output, `head` for example, has seen enough.
        _drop_output()
        return CUT_SHORT
    except OSError as error:
        _drop_output()
        if _folder_is_gone():
            return _error(name, "the folder that it runs in is not there any more")
        return _cannot_write(name, error.strerror or str(error))
    return code


def _folder_is_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - only whether it raises
    except OSError:
        return True
    return False


def _cannot_write(name: str, reason: str) -> int:
    return _error(name, f"standard output cannot be written: {reason}")


def _error(name: str, what: str) -> int:
    with contextlib.suppress(OSError):
        print(f"{name}: {what}", file=sys.stderr)
    return ERROR


def _drop_output() -> None:
    """See to it that what is left of the output is not tried again at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
