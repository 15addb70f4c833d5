"""Asking Debian's package manager for a program, where we may."""

import os
import shutil
import subprocess


class NotInstallable(Exception):
    """A package could not be had here; the message is a sentence that says why."""


def install(package: str) -> None:
    """Install a Debian package as root or through sudo, if sudo asks for no password.

    Raises:
        NotInstallable: there is no apt, we may not use it, or it failed.
    """
    apt = [*_may_use_apt(), "apt-get", "-qq", "-y"]
    command = [*apt, "install", "--no-install-recommends", package]
    print(f"Installing Debian's {package} ...", flush=True)
    # The package lists of a new machine are empty or old: the second try is with fresh ones.
    if not _quiet(command) and not (_quiet([*apt, "update"]) and _quiet(command)):
        raise NotInstallable(f"apt-get could not install {package}")


def _may_use_apt() -> list[str]:
    """What to put before `apt-get`: nothing for root, `sudo` for those it lets through."""
    if not shutil.which("apt-get"):
        raise NotInstallable("there is no apt-get on this machine")
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("sudo") and _quiet(["sudo", "-n", "true"]):
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    raise NotInstallable("installing it needs root, or sudo without a password")


def _quiet(command: list[str]) -> bool:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0
