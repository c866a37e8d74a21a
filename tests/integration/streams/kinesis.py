"""Kinesis Data Streams as far as PutRecords goes, with the check of every signature (SigV4)."""

import base64
import hashlib
import hmac
import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

IDENTIFIER, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def signature(secret, scope, moment, request):
    """`request` is the canonical one; `scope` is date/region/service/aws4_request."""
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope,
                      hashlib.sha256(request.encode()).hexdigest()))
    key = ("AWS4" + secret).encode()
    for part in (*scope.split("/"), text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def canonical(method, path, headers, signed, body):
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in signed.split(";")]
    return "\n".join((method, path, "", *lines, "", signed, hashlib.sha256(body).hexdigest()))


class Kinesis:
    """`taken` is (key, data) of each record, in order. `chance` is that of one to be throttled."""

    def __init__(self, chance=0.0):
        self.chance, self.taken, self.requests, self.unsigned = chance, [], [], 0
        self.status = 200
        self._random, self._lock = random.Random(7), threading.Lock()
        kinesis = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = kinesis.answer(self, body)
                octets = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request, body):
        with self._lock:
            if not self._is_signed(request, body):
                self.unsigned += 1
                return 403, {"__type": "InvalidSignatureException", "message": "no match"}
            if self.status != 200:
                return self.status, {"__type": "ServiceUnavailable", "message": "later"}
            assert request.headers["X-Amz-Target"] == "Kinesis_20131202.PutRecords"
            asked = json.loads(body)
            records = [(record["PartitionKey"], base64.b64decode(record["Data"]).decode())
                       for record in asked["Records"]]
            self.requests.append((len(records), sum(len(k) + len(d) for k, d in records)))
            return 200, self._take(records)

    def _take(self, records):
        answers = []
        for record in records:
            if self._random.random() < self.chance:
                answers.append({"ErrorCode": "ProvisionedThroughputExceededException",
                                "ErrorMessage": "slow down"})
            else:
                self.taken.append(record)
                answers.append({"SequenceNumber": str(len(self.taken)), "ShardId": "shard-0"})
        failed = sum("ErrorCode" in answer for answer in answers)
        return {"FailedRecordCount": failed, "Records": answers}

    def _is_signed(self, request, body):
        headers = {name.lower(): value for name, value in request.headers.items()}
        kind, _, words = headers.get("authorization", "").partition(" ")
        parts = dict(word.strip().split("=", 1) for word in words.split(",") if "=" in word)
        if kind != "AWS4-HMAC-SHA256" or "host" not in parts.get("SignedHeaders", "").split(";"):
            return False
        identifier, _, scope = parts["Credential"].partition("/")
        wanted = signature(SECRET, scope, headers["x-amz-date"], canonical(
            "POST", request.path, headers, parts["SignedHeaders"], body))
        return identifier == IDENTIFIER and scope.endswith("/kinesis/aws4_request") and (
            hmac.compare_digest(wanted, parts["Signature"]))

    def names(self):
        with self._lock:
            return [json.loads(data)["dns.qname"] for _, data in self.taken]
