"""A Kafka cluster for tests: librdkafka's own, in a program beside weir."""

import json
import subprocess
from pathlib import Path

from weir_process import PROGRAM

TOOL = Path(PROGRAM).resolve().parent / "tests/weir_kafka_mock"


class Kafka:
    def start(self):
        self.process = subprocess.Popen([str(TOOL)], stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE)
        self.brokers = self.process.stdout.readline().strip().split(",")
        assert self.brokers[0], "no brokers"
        return self

    def tell(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline().rstrip("\n")) != ".":
            assert line, "it has ended"
            lines.append(line)
        return lines

    def read(self, topic="dns"):
        """(identity, key, text) of each message of the topic."""
        parts = (line.split("\t", 2) for line in self.tell(f"read {topic}"))
        return [(identity, key, json.loads(text)) for identity, key, text in parts]

    def remove(self):
        self.process.kill()
        self.process.communicate()
