"""A network namespace: a machine without a network. A thread can step inside and make sockets."""

import ctypes
import os
import subprocess
import threading

CLONE_NEWNET = 0x40000000


class Namespace:
    """Made with `ip netns`; only its loopback interface is up, and there are no routes."""

    def __init__(self, name=f"weir-{os.getpid()}"):
        self.name = name
        self._ip("netns", "add", name)
        self._ip("-n", name, "link", "set", "lo", "up")

    @staticmethod
    def _ip(*words):
        subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *map(str, words)]

    def run(self, function):
        """The result of `function`, called by a thread that lives inside."""
        outcome = []

        def inside():
            with open(f"/run/netns/{self.name}", "rb") as place:
                if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            try:
                outcome.append((True, function()))
            except BaseException as error:  # told to the caller below
                outcome.append((False, error))

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        good, result = outcome[0]
        if not good:
            raise result
        return result

    def remove(self):
        self._ip("netns", "delete", self.name)
