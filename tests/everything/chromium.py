"""Debian's chromium for the browser tests: found, or installed where we may."""

import shutil
import subprocess

from tests.everything import debian

NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoBrowser(Exception):
    """No browser to be had; the message is a sentence that says why."""


def find() -> str | None:
    """The path of a chromium that starts here, or nothing.

    An installed name alone proves little: some systems ship a stub that only points to a shop.
    """
    for path in filter(None, map(shutil.which, NAMES)):
        done = subprocess.run([path, "--version"], capture_output=True, check=False)
        if done.returncode == 0:
            return path
    return None


def provide() -> str:
    """The path of a chromium that starts here, installed if need be.

    Raises:
        NoBrowser: there is none and none could be installed.
    """
    if path := find():
        return path
    try:
        debian.install("chromium")
    except debian.NotInstallable as error:
        raise NoBrowser(f"no chromium is installed, and {error}") from error
    if path := find():
        return path
    raise NoBrowser("chromium was installed but does not start")
